# Kernel memory by pipes.
# must: exit 0
import fcntl, os
kept = []
held = 0
try:
    while True:
        reading, writing = os.pipe()
        try:
            fcntl.fcntl(writing, 1031, 1 << 20)
        except OSError:
            pass
        os.set_blocking(writing, False)
        try:
            while True:
                held += os.write(writing, b"x" * (1 << 16))
        except BlockingIOError:
            pass
except OSError:
    pass
os.write(1, b"BREACH" if held > 256 << 20 else b"bounded")
