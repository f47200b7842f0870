# Its own SIGKILL is no limit of ours.
# must: signal 9
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
