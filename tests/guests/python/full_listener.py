"""Who connects to a path whose listener has no room waits for it: with a time-out, without one, or not at all."""
import errno
import os
import socket
import struct
import tempfile
import threading
import time

path = os.path.join(tempfile.mkdtemp(), "door")
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(0)
print("start")
first = socket.socket(socket.AF_UNIX)
first.connect(path)


def knock(name, prepare):
    client = socket.socket(socket.AF_UNIX)
    prepare(client)
    try:
        client.connect(path)
        print(f"{name} is in")
    except OSError as error:
        print(f"{name}: {errno.errorcode[error.errno]}")


def patient(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 0, 300000))


knock("hasty", lambda client: client.setblocking(False))
knock("patient", patient)
waiting = threading.Thread(target=knock, args=("waiting", lambda client: None))
waiting.start()
time.sleep(0.5)
print("accepts")
listener.accept()
waiting.join()
