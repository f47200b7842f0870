# A program that stands in no file.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for number, name in [(319, "memfd_create"), (447, "memfd_secret")]:
    result = libc.syscall(number, b"x", 0)
    print("BREACH" if result >= 0 else "refused", name)
