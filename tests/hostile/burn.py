# Computes for ever.
# must: limit cpu
while True:
    pass
