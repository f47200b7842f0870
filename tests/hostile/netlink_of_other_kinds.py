# The kernel's own messages: of sockets, of processes, of devices, of others. What resolves names and asks for interfaces is the program's.
# must: exit 0
import socket
for kind in range(1, 23):
    for form in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            socket.socket(socket.AF_NETLINK, form, kind).close()
            print("BREACH", kind)
        except OSError:
            pass
print(socket.if_nameindex()[0][1])
