# Stops all the time, so that nobody has time to look.
# must: limit cpu
import time
while True:
    time.time()
