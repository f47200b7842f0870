"""One thread changes a file now and then, another looks at its time; a cache goes by a file's age."""
import os
import tempfile
import threading
import time

path = os.path.join(tempfile.mkdtemp(), "watched")


def change():
    for number in range(3):
        time.sleep(2)
        with open(path, "a") as file:
            file.write(f"{number}\n")


print("start")
open(path, "w").close()
begin = os.stat(path).st_mtime
writer = threading.Thread(target=change)
writer.start()
last, seen = begin, 0
while seen < 3:
    time.sleep(0.5)
    now = os.path.getmtime(path)
    if now != last:
        print(f"changed after {now - begin:.1f} s")
        last, seen = now, seen + 1
writer.join()
while time.time() - os.path.getmtime(path) < 5:
    time.sleep(0.1)
print("stale")
os.utime(path)
print(f"fresh: {abs(time.time() - os.path.getmtime(path)) < 0.05}")
os.utime(path, (1000, 2000))
print(os.path.getmtime(path))
os.truncate(path, 1)
descriptor = os.open(path, os.O_RDWR)
os.ftruncate(descriptor, 0)
print(f"fresh: {abs(time.time() - os.fstat(descriptor).st_mtime) < 0.05}")
