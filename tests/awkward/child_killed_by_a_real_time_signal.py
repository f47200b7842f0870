import os, signal, time
child = os.fork()
if child == 0:
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGRTMIN + 5)
    os._exit(0)
os.waitpid(child, 0)
time.sleep(1)
print("went on")
