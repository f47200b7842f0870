import os
import select
import selectors
import socket
import threading
import time

print("start")
reader, writer = os.pipe()


def write():
    for _ in range(2):
        time.sleep(1.2)
        os.write(writer, b"x")


threading.Thread(target=write).start()
seen = 0
while seen < 2:
    ready, _, _ = select.select([reader], [], [], 0.5)
    if ready:
        os.read(reader, 1)
        seen += 1
        print("byte")
    else:
        print("idle")
poll = select.poll()
poll.register(reader, select.POLLIN)
print("poll", poll.poll(600))
selector = selectors.DefaultSelector()
selector.register(reader, selectors.EVENT_READ)
print("epoll", selector.select(0.4))
left, right = socket.socketpair()
left.settimeout(1)
try:
    left.recv(1)
except TimeoutError:
    print("socket timed out")
