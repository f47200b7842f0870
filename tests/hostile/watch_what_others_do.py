# What others do in folders that are not its own.
# must: exit 0
# rung: landlock
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
secret = "/" + sys.argv[1]
descriptor = libc.inotify_init1(os.O_NONBLOCK)
for folder in ["/tmp", "/", "/var/tmp", "/dev/shm", os.path.dirname(secret), secret, "/etc/passwd"]:
    if libc.inotify_add_watch(descriptor, folder.encode(), 0xFFF) >= 0:
        print("BREACH", folder)
print("done")
