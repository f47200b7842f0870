# Descriptors that are on their way in sockets, and count as nobody's.
# must: exit 0
import array, os, socket
sent = 0
try:
    for _ in range(200):
        one, other = socket.socketpair()
        for _ in range(200):
            one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [other.fileno()] * 20))],
                        socket.MSG_DONTWAIT)
            sent += 20
        os.dup(one.fileno()); os.dup(other.fileno()); one.detach(); other.detach()
except OSError as error:
    print("refused:", type(error).__name__)
print("BREACH" if sent > 200_000 else "bounded")
