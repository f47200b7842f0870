# Memory that the kernel keeps for a process and that no count of a process shows: semaphores, messages, events of watched folders.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(*arguments):
    return libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
MOST = 256 << 20
# As many of each as the kernel's own bounds would let it take, by the first of them.
if call(64, 0, 32000, 0o600) >= 0 or call(64, 0, 4000, 0o600) >= 0:
    print("BREACH of semaphores")
if call(68, 0, 0o600) >= 0:
    print("BREACH of messages")
os.mkdir("watched")
instances = []
while len(instances) < 1000:
    descriptor = libc.inotify_init1(os.O_NONBLOCK)
    if descriptor < 0:
        break
    libc.inotify_add_watch(descriptor, b"watched", 0xFFF)
    instances.append(descriptor)
EVENTS, EVENT = 16384, 320
print("BREACH of events" if len(instances) * EVENTS * EVENT > MOST else "bounded")
