"""Peers of the tree itself at ports that nobody was told of: sockets get them by sending. Refused connections are none."""
import socket
import threading
import time


def echo(server):
    while True:
        data, peer = server.recvfrom(100)
        time.sleep(1)
        server.sendto(data.upper(), peer)


print("start")
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
threading.Thread(target=echo, args=(server,), daemon=True).start()
for number in range(2):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(5)
    client.sendto(b"ping %d" % number, server.getsockname())
    print(client.recv(100).decode())

closed = socket.socket()
closed.bind(("127.0.0.1", 0))
try:
    socket.create_connection(closed.getsockname(), timeout=5)
except ConnectionRefusedError:
    print("refused")

# The same by IPv6, where the server's first word is the client's second.
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("::1", 0))
threading.Thread(target=echo, args=(server,), daemon=True).start()
client = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
client.sendto(b"six", server.getsockname())
print(client.recv(100).decode())
