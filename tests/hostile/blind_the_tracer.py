# Dumpability, another tracer, the cycle counter; and the vDSO.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
for option, value in [(4, 0), (0x59616D61, -1), (26, 2), (59, 0)]:
    print("BREACH" if call(157, option, value, 0, 0, 0) >= 0 else "refused", option)
print("BREACH vdso" if libc.getauxval(33) else "no vdso")
