import os, time
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3)
        os.write(writing, b"ready")
        time.sleep(1000)
    os._exit(0)
os.wait()
os.close(writing)
print(os.read(reading, 5), "parent of the orphan: the init")
