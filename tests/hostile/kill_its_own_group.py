# A signal to its own group reaches nobody else.
# must: signal 15
import os, signal
os.killpg(0, signal.SIGTERM)
