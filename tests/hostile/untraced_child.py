# A child that the tracer would not see.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
child = call(56, 0x00800000 | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
print("BREACH" if child > 0 else "refused", ctypes.get_errno())
arguments = (ctypes.c_uint64 * 11)(0x00800000, 0, 0, 0, 17)
child = call(435, ctypes.addressof(arguments), 88)
if child == 0:
    os._exit(0)
print("BREACH" if child > 0 else "refused", ctypes.get_errno())
