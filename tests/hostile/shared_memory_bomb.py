# Shared memory, which RLIMIT_DATA does not count.
# must: limit memory
# cpu: 20
import mmap
kept = []
while True:
    part = mmap.mmap(-1, 8 << 20)
    part.write(b"x" * (8 << 20))
    kept.append(part)
