# Every way to the servers of the machine, where the network is the machine's own.
# must: exit 0
# rung: landlock
import socket, sys
port = int(sys.argv[2])
for family, host in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"),
                     (socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET, "1.1.1.1")]:
    try:
        with socket.socket(family) as client:
            client.settimeout(1)
            client.connect((host, port))
        print("BREACH reached", host)
    except OSError as error:
        print("refused:", type(error).__name__)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.sendto(b"hello", (host, port))
        print("BREACH sent to", host)
    except OSError as error:
        print("refused:", type(error).__name__)
