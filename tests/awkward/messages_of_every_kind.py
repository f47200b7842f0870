import array, multiprocessing.connection, os, socket, tempfile, threading
# Descriptors that travel, messages in several parts, and sockets by name, with and without waiting.
one, other = socket.socketpair()
read, write = os.pipe()
one.sendmsg([b"a", b"", b"bc"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [write]))])
data, beside, _, _ = other.recvmsg(10, 100)
copy = array.array("i", beside[0][2][:4])[0]
os.write(copy, b"through")
print(data, os.read(read, 10))
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(sender.sendmsg([b"in ", b"parts"], [], 0, receiver.getsockname()), receiver.recv(100))
sender.connect(receiver.getsockname())
print(sender.sendmsg([b"connected"]), receiver.recv(100))
with tempfile.TemporaryDirectory() as folder:
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.bind(folder + "/box")
    print(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"by path", folder + "/box"), box.recv(100))
    with multiprocessing.connection.Listener(folder + "/listener", authkey=b"key") as listener:
        client = threading.Thread(target=lambda: multiprocessing.connection.Client(folder + "/listener", authkey=b"key").send("hello"))
        client.start()
        print(listener.accept().recv())
        client.join()
name = b"\0grade-awkward-%d" % os.getpid()
hidden = socket.socket(socket.AF_UNIX)
hidden.bind(name)
hidden.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(name)
hidden.accept()[0].send(b"abstract")
print(client.recv(100))
# A server that everybody reaches, a connection that is refused and tried again, and one that does not wait.
server = socket.socket()
server.bind(("", 0))
port = server.getsockname()[1]
client = socket.socket()
try:
    client.connect(("127.0.0.1", port))
except ConnectionRefusedError:
    print("refused")
server.listen()
client.connect(("localhost", port))
server.accept()[0].sendall(b"connected")
print(client.recv(100))
late = socket.socket()
late.setblocking(False)
print(late.connect_ex(("127.0.0.1", port)) in (0, 115))
peer, _ = server.accept()
# More than a socket holds: the sender waits.
late.setblocking(True)
got = []
reader = threading.Thread(target=lambda: got.append(sum(len(part) for part in iter(lambda: peer.recv(1 << 16), b""))))
reader.start()
total, parts = 0, [b"x" * (1 << 20), b"y" * (1 << 20)]
while total < 8 << 20:
    total += late.sendmsg(parts)
late.close()
reader.join()
print(got[0] == total)
