# Memory of many, each below the limit.
# must: limit memory
# cpu: 20
import os, time
for child in range(12):
    if os.fork() == 0:
        kept = bytearray(b"x" * (40 << 20))
        time.sleep(1000)
        os._exit(0)
while True:
    pass
