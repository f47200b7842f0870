# Opens pipes until it dies, which closes them all.
# must: exit 1
# refused: it had all of the 1025 files open that it may
import os
def more(number):
    pipes = []
    while True:
        pipes.append(os.pipe())
more(0)
