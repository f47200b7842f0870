# As many inotify instances and watches as the kernel gives.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None)
instances = []
while len(instances) < 100_000:
    descriptor = libc.inotify_init1(0)
    if descriptor < 0:
        break
    instances.append(descriptor)
watches = sum(libc.inotify_add_watch(one, b"/usr", 0xFFF) > 0 for one in instances[:200])
print("BREACH" if len(instances) > 2000 else "bounded", len(instances) > 0, watches > 0)
