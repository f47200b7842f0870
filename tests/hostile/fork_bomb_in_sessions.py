# Processes that leave the group and the session.
# must: limit processes
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        os.setsid()
        os.fork()
        signal.pause()
