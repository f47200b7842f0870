# Memory of one process.
# must: limit memory
# cpu: 20
kept = []
while True:
    kept.append(b"x" * (8 << 20))
