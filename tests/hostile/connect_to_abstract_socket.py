# An abstract socket of another program of the same user.
# must: exit 0
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect("\0" + sys.argv[5])
    print("BREACH")
except OSError as error:
    print("refused:", type(error).__name__)
