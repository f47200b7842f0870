# A timer every microsecond, and a sleep: little computing of its own, much for whoever watches.
# must: limit cpu
import signal
import time
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
while True:
    time.sleep(10)
