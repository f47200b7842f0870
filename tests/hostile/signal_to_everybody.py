# kill(-1): everybody whom it may reach.
# must: exit 0
import os, signal
child = os.fork()
if child == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGUSR1, signal.SIGHUP):
        try:
            os.kill(-1, 0 if number == signal.SIGSTOP else signal.SIGCONT)
        except OSError:
            pass
    os._exit(0)
os.waitpid(child, 0)
print("done")
