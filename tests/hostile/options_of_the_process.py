# prctl: what would hide it from its tracer, or change who may look.
# must: exit 0
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
zero = ctypes.c_ulong(0)
for name, option, value in [
    ("PR_SET_DUMPABLE", 4, 0), ("PR_SET_TSC", 26, 2), ("PR_SET_SECCOMP", 22, 1), ("PR_SET_PTRACER", 0x59616D61, -1),
    ("PR_SET_MM", 35, 1), ("PR_SET_KEEPCAPS", 8, 1), ("PR_SET_SECUREBITS", 28, 0), ("PR_CAP_AMBIENT", 47, 2),
    ("PR_TASK_PERF_EVENTS_DISABLE", 31, 0), ("PR_SET_SYSCALL_USER_DISPATCH", 59, 1), ("PR_SET_SPECULATION_CTRL", 53, 0),
    ("PR_SCHED_CORE", 62, 1), ("PR_SET_IO_FLUSHER", 57, 1), ("PR_SET_MDWE", 65, 1),
]:
    result = libc.prctl(option, ctypes.c_ulong(value & (2**64 - 1)), zero, zero, zero)
    print("BREACH" if result == 0 else "refused", name)
