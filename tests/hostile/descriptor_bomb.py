# Open files without end.
# must: exit 0
import os
opened = 0
try:
    while opened < 100000:
        os.open("/dev/null", os.O_RDONLY)
        opened += 1
except OSError as error:
    pass
os.write(1, b"BREACH" if opened > 1100 else b"bounded")
