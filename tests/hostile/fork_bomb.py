# Doubles for ever.
# must: limit processes
import os
while True:
    os.fork()
