# When a packet came, as ping, time servers and network probes ask the kernel: by the same clock as all the rest.
import socket
import struct
import time

TIMESTAMP, TIMESTAMPNS = 29, 35


def age(control):
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind in (TIMESTAMP, TIMESTAMPNS):
            seconds, rest = struct.unpack("ll", data[:16])
            came = seconds + rest / (1e6 if kind == TIMESTAMP else 1e9)
            return kind, round(time.time() - came, 1) + 0.0
    return None


print("start")
for option in (TIMESTAMP, TIMESTAMPNS):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.setsockopt(socket.SOL_SOCKET, option, 1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    sender.send(b"at once")
    data, control, *_ = receiver.recvmsg(100, 100)
    print(data.decode(), age(control))
    sender.send(b"after a while")
    time.sleep(2)
    sender.send(b"later")
    time.sleep(3600)
    for _ in range(2):
        data, control, *_ = receiver.recvmsg(100, 100)
        print(data.decode(), age(control))
    # Waited for, with a time-out in the kernel that does not come true.
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 5, 0))
    sender.send(b"with time-out")
    data, control, *_ = receiver.recvmsg(100, 100)
    print(data.decode(), age(control))
    try:
        receiver.recvmsg(100, 100)
    except BlockingIOError:
        print("nothing came")
