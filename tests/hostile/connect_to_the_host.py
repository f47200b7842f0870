# Servers of the machine, and of the world.
# must: exit 0
import socket, sys
for address in [("127.0.0.1", int(sys.argv[2])), ("1.1.1.1", 80), ("169.254.169.254", 80)]:
    try:
        socket.create_connection(address, timeout=1).send(b"hello")
        print("BREACH", address)
    except OSError as error:
        print("refused:", type(error).__name__)
for address in [("127.0.0.1", int(sys.argv[2])), ("8.8.8.8", 53)]:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", address)
        print("sent")
    except OSError as error:
        print("refused:", type(error).__name__)
# The same by calls that carry the address in memory.
for address in [("127.0.0.1", int(sys.argv[2])), ("8.8.8.8", 53)]:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b"hello"], [], 0, address)
        print("sent")
    except OSError as error:
        print("refused:", type(error).__name__)
# A connection that a first message makes (MSG_FASTOPEN), and one that is TCP under another number (MPTCP).
try:
    socket.socket().sendto(b"hello", 0x20000000, ("127.0.0.1", int(sys.argv[2])))
    print("BREACH: fast")
except OSError as error:
    print("refused:", type(error).__name__)
try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(("127.0.0.1", int(sys.argv[2])))
    print("BREACH: multipath")
except OSError as error:
    print("refused:", type(error).__name__)
