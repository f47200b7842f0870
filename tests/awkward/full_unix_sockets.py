# Datagrams to one who reads late: whoever sends waits until there is room, whatever call it sends by.
import os
import socket
import threading
import time

for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)

    def read():
        time.sleep(1)
        for _ in range(1000):
            assert len(theirs.recv(100)) == 4

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1000):
        ours.sendmsg([b"%04d" % number])
    reader.join()
    print("all were sent and read", kind.name)
