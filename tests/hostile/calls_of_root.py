# What only an administrator should do.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
room = ctypes.create_string_buffer(256)
at = ctypes.addressof(room)
for number, name in [(165, "mount"), (166, "umount2"), (155, "pivot_root"), (161, "chroot"), (250, "keyctl"), (248, "add_key"), (321, "bpf"),
                     (298, "perf_event_open"), (323, "userfaultfd"), (169, "reboot"), (175, "init_module"), (167, "swapon"), (246, "kexec_load"),
                     (103, "syslog"), (304, "open_by_handle_at"), (312, "kcmp"), (428, "open_tree"), (430, "fsopen"), (442, "mount_setattr"),
                     (300, "fanotify_init"), (212, "lookup_dcookie"), (227, "clock_settime"), (164, "settimeofday"), (170, "sethostname"), (310, "process_vm_readv")]:
    if call(number, at, at, 0, 0, 0, 0) >= 0:
        print("BREACH", name)
print("tried")
