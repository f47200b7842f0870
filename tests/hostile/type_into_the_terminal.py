# TIOCSTI: commands for the shell that comes after.
# must: exit 0
import fcntl, os
for number in range(3):
    for request in [0x5412, 0x541C]:
        try:
            fcntl.ioctl(number, request, b"x")
            print("BREACH", number)
        except OSError as error:
            print("refused:", type(error).__name__)
try:
    os.open("/dev/tty", os.O_RDWR)
    print("BREACH tty")
except OSError as error:
    print("refused:", type(error).__name__)
