# A seccomp filter with user notification outranks the tracer.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
program = (ctypes.c_uint16 * 4)(6, 0, 0, 0x7FFF)
head = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
for attempt in [(317, 1, 0, ctypes.addressof(head)), (317, 1, 8, ctypes.addressof(head)), (157, 22, 2, ctypes.addressof(head), 0, 0), (317, 0, 0, 0)]:
    print("BREACH" if call(*attempt) >= 0 else "refused")
