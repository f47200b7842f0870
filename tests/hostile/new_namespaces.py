# Namespaces, in which it would be root.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
flags = [0x10000000, 0x20000, 0x40000000, 0x20000000, 0x08000000, 0x02000000]
for flag in flags:
    if call(272, flag) == 0:
        print("BREACH unshare", hex(flag))
    child = call(56, flag | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        print("BREACH clone", hex(flag))
print("BREACH setns" if call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0) == 0 else "refused")
