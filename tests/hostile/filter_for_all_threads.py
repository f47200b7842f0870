# A filter for all threads of a process is what the tracer has a program put on itself: the program may not.
# must: exit 0
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
program = (ctypes.c_uint16 * 4)(6, 0, 0, 0x7FFF)
head = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
for operation in (1, 1 << 32 | 1):
    for flags in (1, 9, 17, 1 << 32 | 1):
        ctypes.set_errno(0)
        made = libc.syscall(*map(ctypes.c_long, (317, operation, flags, ctypes.addressof(head)))) >= 0
        print("BREACH" if made or ctypes.get_errno() != 1 else "refused")
