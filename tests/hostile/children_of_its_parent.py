# Children that are its parent's (CLONE_PARENT), and others whose end sends a signal of its choice: zombies by the thousand, one that
# sleeps on, and one that kills who waits for it.
# must: exit 0
import ctypes, os, signal, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CLONE_PARENT, CLONE_FILES, CLONE_FS = 0x8000, 0x400, 0x200

def clone(flags):
    return libc.syscall(ctypes.c_long(56), ctypes.c_long(flags), None, None, None, None)

for end in (signal.SIGCHLD, signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, 0):
    for _ in range(100):
        child = clone(CLONE_PARENT | CLONE_FILES | CLONE_FS | end)
        if child == 0:
            os._exit(7)
        if child < 0:
            print("refused:", ctypes.get_errno())
            break
if clone(CLONE_PARENT | signal.SIGCHLD) == 0:
    os.setsid()
    time.sleep(1000)
    os._exit(0)
# A child that gets another's signal when its own child ends.
first = os.fork()
if first == 0:
    if clone(signal.SIGKILL) == 0:
        clone(CLONE_PARENT | signal.SIGKILL)
        os._exit(0)
    time.sleep(5)
    os._exit(9)
print(os.waitpid(first, 0)[1])
time.sleep(1)
