# Past the tracer by splice.
# must: limit output
import os
reading, writing = os.pipe()
while True:
    os.write(writing, b"x" * 4096)
    try:
        os.splice(reading, 1, 4096)
    except OSError:
        os.write(1, os.read(reading, 4096))
