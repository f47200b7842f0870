# Memory that no limit counts.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
for number, name, arguments in [(319, "memfd_create", (0, 0)), (447, "memfd_secret", (0,)), (29, "shmget", (0, 1 << 30, 0o1600))]:
    print("BREACH" if call(number, *arguments) >= 0 else "refused:", name)
