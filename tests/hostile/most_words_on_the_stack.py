# So many variables that whoever looks behind them, for what the kernel tells of its clock, gives up before.
# must: exit 0
import ctypes, os, resource, sys, time
if "again" not in sys.argv:
    resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))
    libc = ctypes.CDLL(None)
    count = 600_000
    words = [sys.executable.encode(), b"-I", os.path.abspath(sys.argv[0]).encode(), b"again"]
    argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    empty = ctypes.create_string_buffer(1)
    env = (ctypes.c_void_p * (count + 1))(*[ctypes.addressof(empty)] * count, None)
    libc.execve(sys.executable.encode(), argv, env)
    print("it cannot")
else:
    kernels = [line for line in open("/proc/self/maps") if "[vdso]" in line or "[vvar" in line]
    libc = ctypes.CDLL(None)
    libc.getauxval.restype = ctypes.c_ulong
    told = libc.getauxval(33)
    within = [line for line in kernels if int(line.split("-")[0], 16) <= told < int(line.split("-")[1].split()[0], 16)]
    print("BREACH vdso" if within else "not the kernel's vdso")
    print("BREACH clock" if time.gmtime()[:3] != (2026, 1, 1) else "the program's own time")
