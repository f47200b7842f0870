# Packets for the loopback that go out to the network first: by a route in their header, by an interface.
# must: exit 0
# rung: landlock
import socket, struct
LOOSE_ROUTE = bytes([131, 7, 4]) + socket.inet_aton("192.0.2.1") + b"\0"
SEGMENTS = struct.pack("BBBBBBH", 0, 2, 4, 0, 0, 0, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
loopback = struct.pack("I", socket.htonl(1))

def attempt(family, kind, level, option, value):
    try:
        with socket.socket(family, kind) as one:
            one.setsockopt(level, option, value)
            print("BREACH", family, kind, level, option)
    except OSError as error:
        print("refused:", error.errno)

for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
    for family in (socket.AF_INET, socket.AF_INET6):
        attempt(family, kind, socket.SOL_IP, 4, LOOSE_ROUTE)
        attempt(family, kind, socket.SOL_IP, 50, loopback)
        attempt(family, kind, socket.SOL_SOCKET, 25, b"lo\0")
        attempt(family, kind, socket.SOL_SOCKET, 62, struct.pack("i", 1))
    for option, value in ((57, SEGMENTS), (5, SEGMENTS), (6, b""), (76, loopback)):
        attempt(socket.AF_INET6, kind, socket.IPPROTO_IPV6, option, value)
# What servers and clients do set, they may.
with socket.socket() as one:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.setsockopt(socket.SOL_IP, socket.IP_TTL, 9)
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
print("done")
