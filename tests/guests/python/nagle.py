"""Small writes, one after another, to a peer that answers only when it has all: the second waits for an acknowledgement that
comes late. A time-out of a second must not come true."""
import socket
import threading


def serve(listener):
    connection, _ = listener.accept()
    while True:
        got = b""
        while len(got) < 4:
            piece = connection.recv(4 - len(got))
            if not piece:
                return
            got += piece
        connection.sendall(got.upper())


print("start")
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
client = socket.create_connection(listener.getsockname(), timeout=1)
for number in range(20):
    client.sendall(b"ab")
    client.sendall(b"c\n")
    assert client.recv(4) == b"ABC\n"
print("twenty answers")
