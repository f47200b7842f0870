# A file whose readiness sends a signal of its choice to the grader, to its group, and to the sleeper outside.
# must: exit 0
import ctypes, fcntl, os, signal, socket, struct, sys, time
F_SETSIG, F_SETOWN_EX, FIOSETOWN = 10, 15, 0x8901
sleeper, grader = int(sys.argv[3]), int(sys.argv[4])
for target in (sleeper, grader, os.getppid(), -grader, -os.getppid(), 1, -1):
    for way in range(3):
        one, other = socket.socketpair()
        try:
            fcntl.fcntl(one, F_SETSIG, signal.SIGKILL)
            if way == 0:
                fcntl.fcntl(one, fcntl.F_SETOWN, target)
            elif way == 1:
                kind = 2 if target < 0 else 1
                fcntl.fcntl(one, F_SETOWN_EX, struct.pack("ii", kind, abs(target)))
            else:
                fcntl.ioctl(one, FIOSETOWN, struct.pack("i", target))
            fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            other.send(b"x")
        except OSError as error:
            print("refused:", type(error).__name__)
time.sleep(1)
print("done")
