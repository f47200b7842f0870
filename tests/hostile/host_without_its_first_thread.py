# Sockets of a process whose first thread is gone, so that what is told of the process under its number is nothing.
# must: exit 0
import ctypes, os, socket, sys, threading, time
def attempts():
    time.sleep(0.1)
    port = int(sys.argv[2])
    for name, family, kind, address in [
        ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)), ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        ("mapped", socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", port)), ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\0" + sys.argv[5]),
        ("path", socket.AF_UNIX, socket.SOCK_STREAM, os.path.join(os.path.dirname("/" + sys.argv[1]), "door")),
        ("outside", socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)), ("local link", socket.AF_INET, socket.SOCK_DGRAM, ("169.254.169.254", 53)),
    ]:
        try:
            with socket.socket(family, kind) as end:
                end.settimeout(1)
                if kind == socket.SOCK_DGRAM:
                    end.sendto(b"x", address)
                end.connect(address)
                end.send(b"x")
                print("BREACH" if kind == socket.SOCK_STREAM else "sent", name, flush=True)
        except OSError as error:
            print("refused", name, flush=True)
    os._exit(0)
threading.Thread(target=attempts).start()
ctypes.CDLL(None).syscall(60, 0)
