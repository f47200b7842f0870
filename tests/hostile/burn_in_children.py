# Leaves the burning to children, and ends: its own end counts, and they are ended at the limit.
# must: exit 0
import os
for _ in range(4):
    if os.fork() == 0:
        while True:
            pass
os._exit(0)
