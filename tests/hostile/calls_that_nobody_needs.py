# System calls that reach around what is watched and bounded.
# must: exit 0
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
calls = dict(
    userfaultfd=323, io_uring_setup=425, io_uring_enter=426, add_key=248, request_key=249, keyctl=250, bpf=321,
    perf_event_open=298, name_to_handle_at=303, open_by_handle_at=304, fanotify_init=300, move_pages=279, migrate_pages=256,
    process_vm_readv=310, process_vm_writev=311, kcmp=312, quotactl=179, swapon=167, mount=165, umount2=166, pivot_root=155,
    unshare=272, setns=308, chroot=161, syslog=103, acct=163, settimeofday=164, clock_settime=227, iopl=172, ioperm=173,
    modify_ldt=154, seccomp=317, landlock_create_ruleset=444, fsopen=430, open_tree=428, mount_setattr=442, pidfd_getfd=438,
    memfd_secret=447, init_module=175, kexec_load=246, reboot=169, sethostname=170, io_setup=206, mbind=237,
    vhangup=153, ptrace=101, uselib=134, lookup_dcookie=212, set_mempolicy=238, x32_getpid=0x40000000 | 39,
)
for name, number in calls.items():
    if name == "reboot":
        continue
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))
    refused = result == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)
    if not refused:
        print("BREACH", name, result, ctypes.get_errno())
print("done")
