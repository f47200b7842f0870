# A child that goes on computing does not go on for ever.
# must: exit 0
import os
if os.fork() == 0:
    os.setsid()
    while True:
        pass
print("gone")
