# Signals and descriptors by way of pidfds.
# must: exit 0
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
for pid in [int(sys.argv[3]), int(sys.argv[4]), os.getppid()]:
    try:
        handle = os.pidfd_open(pid)
    except OSError as error:
        print("not there:", type(error).__name__)
        continue
    for number in range(0, 6):
        if libc.syscall(438, handle, number, 0) >= 0:
            print("BREACH took", number, "of", pid)
    if pid != os.getppid():
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            print("BREACH killed", pid)
        except OSError as error:
            print("refused:", type(error).__name__)
print("done")
