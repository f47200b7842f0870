# io_uring works without any system call that could be seen.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
room = ctypes.create_string_buffer(512)
for number in [425, 426, 427]:
    print("BREACH" if call(number, 8, ctypes.addressof(room), 0, 0, 0, 0) >= 0 else "refused", ctypes.get_errno())
