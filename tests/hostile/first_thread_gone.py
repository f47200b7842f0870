# The first thread of the process is dead, and the others sleep, fork, read clocks and write.
# must: exit 3
import ctypes, os, threading, time
def rest():
    time.sleep(0.2)
    print("still here", flush=True)
    child = os.fork()
    if child == 0:
        time.sleep(0.1)
        os._exit(0)
    os.waitpid(child, 0)
    for _ in range(100):
        time.monotonic()
    os.write(1, b"leaves\n")
    os._exit(3)
threading.Thread(target=rest).start()
ctypes.CDLL(None).syscall(60, 0)
