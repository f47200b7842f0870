# The page by which it is told the time: taken away, closed, moved, and put over the end of a file; and written over.
# must: exit 0
import ctypes, mmap, os, threading, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.getauxval.restype = ctypes.c_ulong
for call in (libc.munmap, libc.mprotect):
    call.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int][: 2 + (call is libc.mprotect)]
libc.syscall.restype = ctypes.c_long
place = libc.getauxval(33) & ~4095
def clock():
    now = (ctypes.c_long * 2)()
    libc.syscall(228, 1, now)
    return now[0]
def child(what):
    pid = os.fork()
    if pid == 0:
        time.monotonic()
        what()
        for _ in range(200):
            clock()
        os._exit(0)
    print(what.__name__, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
def taken_away():
    libc.munmap(place, 8192)
def closed():
    libc.mprotect(place, 8192, 0)
def read_only():
    libc.mprotect(place, 8192, 1)
def past_the_end_of_a_file():
    file = os.open(".", os.O_TMPFILE | os.O_RDWR) if hasattr(os, "O_TMPFILE") else 0
    libc.mmap(place, 8192, 3, mmap.MAP_SHARED | 0x10, file, 0)
def moved():
    libc.syscall(25, ctypes.c_ulong(place), 4096, 4096, 3, ctypes.c_ulong(place + (1 << 30)))
def written_over():
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        for at in range(0, 8192, 4096):
            try:
                memory.seek(place + at)
                memory.write(b"\xff" * 4096)
            except OSError:
                pass
def thread_takes_it():
    stop = []
    def reads():
        while not stop:
            clock()
    threads = [threading.Thread(target=reads) for _ in range(3)]
    for thread in threads:
        thread.start()
    libc.munmap(place, 8192)
    stop.append(1)
    for thread in threads:
        thread.join()
for what in (taken_away, closed, read_only, past_the_end_of_a_file, moved, written_over, thread_takes_it):
    child(what)
if clock() > 10**6:
    print("BREACH", clock())
