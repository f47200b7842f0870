# Dumpability, another tracer, the cycle counter; and the vDSO.
# must: exit 0
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
for option, value in [(4, 0), (0x59616D61, -1), (26, 2), (59, 0)]:
    print("BREACH" if call(157, option, value, 0, 0, 0) >= 0 else "refused", option)
# What libc reads the clock by must not be the kernel's, nor tell the machine's time.
libc.getauxval.restype = ctypes.c_ulong
kernels = [int(line.split("-")[0], 16) for line in open("/proc/self/maps") if line.rstrip().endswith("[vdso]")]
print("BREACH vdso" if libc.getauxval(33) in kernels else "not the kernel's vdso")
print("BREACH clock" if time.gmtime()[:3] != (2026, 1, 1) else "the program's own time")
