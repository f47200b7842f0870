# The pipes of its output from their other end: read away, made small, made to lose what is not read at once, and never to wait.
# must: exit 0
import fcntl, os
ends = []
for number in (1, 2):
    for flags in (os.O_RDONLY | os.O_NONBLOCK, os.O_RDWR | os.O_NONBLOCK):
        try:
            ends.append(os.open("/proc/self/fd/%d" % number, flags))
        except OSError as error:
            print("refused:", type(error).__name__)
F_SETPIPE_SZ = 1031
for end in ends + [1]:
    for command, value in ((fcntl.F_SETFL, os.O_NONBLOCK | os.O_DIRECT), (F_SETPIPE_SZ, 4096)):
        try:
            fcntl.fcntl(end, command, value)
        except OSError as error:
            print("refused:", type(error).__name__)
taken = 0
for turn in range(200):
    try:
        os.write(1, b"line %d\n" % turn)
    except BlockingIOError:
        pass
    for end in ends:
        try:
            taken += len(os.read(end, 1 << 16))
        except OSError:
            pass
try:
    os.write(1, b"took some of it\n" if taken else b"took nothing\n")
except BlockingIOError:
    pass
os._exit(0)
