# As many timers as the kernel gives, all of them due all the time.
# must: exit 0 or limit cpu or signal 27
import ctypes, signal
libc = ctypes.CDLL(None)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
class Spec(ctypes.Structure):
    _fields_ = [("interval", ctypes.c_long * 2), ("value", ctypes.c_long * 2)]
made = 0
for _ in range(2000):
    timer = ctypes.c_void_p()
    if libc.timer_create(1, None, ctypes.byref(timer)) != 0:
        break
    spec = Spec((0, 1_000_000), (0, 1_000_000))
    libc.timer_settime(timer, 0, ctypes.byref(spec), None)
    made += 1
print("made", made > 0)
