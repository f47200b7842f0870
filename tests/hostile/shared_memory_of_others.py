# Shared memory by name: that of others is neither seen nor changed, and its own goes with it.
# must: exit 0
import os
from multiprocessing import shared_memory

others = os.listdir("/dev/shm")
if others:
    print("BREACH", others)
own = shared_memory.SharedMemory("grade-hostile-planted", create=True, size=1 << 16)
if os.listdir("/dev/shm") != ["grade-hostile-planted"] or not os.path.exists("/dev/shm/grade-hostile-planted"):
    print("BREACH it is not where it says", os.listdir("/dev/shm"))
os.rename("/dev/shm/grade-hostile-planted", "/dev/shm/grade-hostile-renamed")
os.link("/dev/shm/grade-hostile-renamed", "/dev/shm/grade-hostile-planted")
other = shared_memory.SharedMemory("grade-hostile-planted")
own.buf[:3] = b"abc"
print(bytes(other.buf[:3]))
# By other names of the folder: in one's own, or refused.
for name in ["/dev/shm/../shm/grade-hostile-planted", "/dev/./shm/grade-hostile-planted", "/proc/self/root/dev/shm/grade-hostile-planted"]:
    try:
        open(name, "w").close()
    except OSError as error:
        print(error)
os._exit(0)
