# Programs that give whoever executes them the rights of the user whom it runs as: another user of the machine waits for one.
# must: exit 0
# rung: landlock
import ctypes, os, stat, struct
libc = ctypes.CDLL(None, use_errno=True)
os.chmod(".", 0o755)
SET_BOTH = 0o6755

def attempt(name, make):
    try:
        make()
    except OSError as error:
        print("refused:", type(error).__name__)
    try:
        if os.stat(name).st_mode & (stat.S_ISUID | stat.S_ISGID):
            print("BREACH", name)
    except FileNotFoundError:
        pass

os.umask(0)
attempt("opened", lambda: os.open("opened", os.O_CREAT | os.O_WRONLY, SET_BOTH))
attempt("created", lambda: libc.syscall(85, b"created", SET_BOTH))
attempt("by the oldest call", lambda: libc.syscall(2, b"by the oldest call", os.O_CREAT | os.O_WRONLY, SET_BOTH))
how = ctypes.create_string_buffer(struct.pack("3Q", os.O_CREAT | os.O_WRONLY, SET_BOTH, 0))
attempt("by the newest call", lambda: libc.syscall(437, -100, b"by the newest call", how, 24))
attempt("made", lambda: os.mknod("made", stat.S_IFREG | SET_BOTH))
attempt("made elsewhere", lambda: libc.syscall(133, b"made elsewhere", stat.S_IFREG | SET_BOTH, 0))

def without_a_name():
    file = os.open(".", os.O_TMPFILE | os.O_RDWR, SET_BOTH)
    os.link("/proc/self/fd/%d" % file, "named later", follow_symlinks=True)

attempt("named later", without_a_name)
open("changed", "w").write("#!/bin/sh\n")
for number in (90, 268, 452):
    arguments = (b"changed", SET_BOTH) if number == 90 else (-100, b"changed", SET_BOTH, 0)
    attempt("changed", lambda: libc.syscall(number, *arguments))
with open("changed") as file:
    attempt("changed", lambda: os.fchmod(file.fileno(), SET_BOTH))
if not os.stat("changed").st_mode & stat.S_IXOTH:
    print("the other bits were not set")
