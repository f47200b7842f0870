# Sockets of others in the file system, as a session bus is one: by path, by a link, by a link to a folder, as datagrams.
# must: exit 0
import os, socket, sys
folder = "/" + os.path.dirname(sys.argv[1])
try:
    os.symlink(folder + "/door", "link")
    os.symlink(folder, "folder")
    os.link(folder + "/door", "hard")
except OSError as error:
    print("refused:", error.strerror)
for path in [folder + "/door", "link", "folder/door", "hard", "/proc/self/cwd/link", "/run/docker.sock",
             "/run/dbus/system_bus_socket", "/run/user/%d/bus" % os.getuid()]:
    for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]:
        try:
            socket.socket(socket.AF_UNIX, kind).connect(path)
            print("BREACH", path)
        except OSError as error:
            print("refused:", type(error).__name__)
        try:
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"hello", path)
            print("BREACH", path)
        except OSError as error:
            print("refused:", type(error).__name__)
