import signal
import time

print("start")


class Late(Exception):
    pass


def ring(number, frame):
    print("ring")


signal.signal(signal.SIGALRM, ring)
signal.alarm(1)
begin = time.monotonic()
time.sleep(2)
print(f"slept {time.monotonic() - begin:.1f} s in spite of it")
signal.setitimer(signal.ITIMER_REAL, 0.5, 0.25)
for _ in range(3):
    signal.pause()
print(f"next in {signal.setitimer(signal.ITIMER_REAL, 0)[0]:.2f} s")


def late(number, frame):
    raise Late


signal.signal(signal.SIGALRM, late)
signal.alarm(3)
try:
    time.sleep(3600)
except Late:
    print("too late")
print("waited:", signal.sigtimedwait([signal.SIGUSR1], 1.5))
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.alarm(5)
time.sleep(3600)
