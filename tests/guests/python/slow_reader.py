"""More than the kernel keeps: it drops what does not fit, and sends it again by its own timer. No time-out may pass by then."""
import socket
import threading
import time

SIZE = 4 << 20


def write(address):
    connection = socket.create_connection(address, timeout=30)
    connection.sendall(b"x" * SIZE)
    connection.close()


print("start")
listener = socket.create_server(("127.0.0.1", 0))
for number in range(3):
    writer = threading.Thread(target=write, args=(listener.getsockname(),))
    writer.start()
    connection, _ = listener.accept()
    connection.settimeout(30)
    time.sleep(0.5)
    got = 0
    while piece := connection.recv(1 << 20):
        got += len(piece)
    writer.join()
    print("all" if got == SIZE else got)
