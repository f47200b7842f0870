# Abstract names: one that somebody outside has, many of its own.
# must: exit 0
import socket, sys
name = "\0" + sys.argv[5]
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    try:
        with socket.socket(socket.AF_UNIX, kind) as client:
            client.connect(name)
            client.send(b"hello")
        print("BREACH reached it")
    except OSError as error:
        print("refused:", type(error).__name__)
kept = []
for number in range(300):
    door = socket.socket(socket.AF_UNIX)
    door.bind(f"\0hostile{number}")
    door.listen(1)
    kept.append(door)
print("done")
