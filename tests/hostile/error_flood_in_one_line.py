# A line without end, on standard error.
# must: limit output
import os
while True:
    os.write(2, b"x" * 65536)
