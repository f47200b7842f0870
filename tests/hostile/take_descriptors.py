# Open files of the grader, through /proc and pidfd_getfd.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
import sys
for pid in [1, os.getppid(), int(sys.argv[4])]:
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            # That there is one may be seen, not which.
            os.readlink(f"/proc/{pid}/fd/{number}")
            print("BREACH", pid, number)
    except OSError as error:
        print("refused:", type(error).__name__)
    pidfd = call(434, pid, 0)
    for number in range(8):
        if pidfd >= 0 and call(438, pidfd, number, 0) >= 0:
            print("BREACH", pid, number)
