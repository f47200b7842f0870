# ptrace and process_vm_readv.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
import sys
for pid in [int(sys.argv[3]), int(sys.argv[4]), 1]:
    if call(101, 16, pid, 0, 0) == 0 or call(101, 0x4206, pid, 0, 0) == 0:
        print("BREACH attached", pid)
    room = ctypes.create_string_buffer(64)
    part = (ctypes.c_void_p * 2)(ctypes.addressof(room), 64)
    if call(310, pid, ctypes.addressof(part), 1, ctypes.addressof(part), 1, 0) > 0:
        print("BREACH read", pid)
print("BREACH traceme" if call(101, 0, 0, 0, 0) == 0 else "refused")
