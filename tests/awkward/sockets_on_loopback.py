import socket, threading
server = socket.create_server(("127.0.0.1", 0))
def serve():
    peer, _ = server.accept()
    with peer:
        peer.sendall(peer.recv(100).upper())
thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(("localhost", server.getsockname()[1])) as client:
    client.sendall(b"hello")
    print(client.recv(100))
thread.join()
