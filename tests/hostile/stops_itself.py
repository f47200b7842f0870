# Stops itself and its group, and waits for somebody who lets it go on.
# must: stuck or limit time
import os, signal
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
os.kill(0, signal.SIGSTOP)
print("BREACH: it went on")
