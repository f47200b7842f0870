# vsock, packet, kernel crypto, raw and bus sockets.
# must: exit 0
import socket
for family, kind in [(40, 1), (17, 3), (38, 5), (16, 3), (2, 3), (31, 1), (29, 3)]:
    try:
        made = socket.socket(family, kind)
        # Netlink answers, in a network of its own.
        print("made" if family == 16 else "BREACH", family)
    except OSError as error:
        print("refused:", type(error).__name__)
