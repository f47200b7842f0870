# Files that look like programs: without end, of themselves, of nothing, with tables that point everywhere.
# must: exit 0
# cpu: 20
import os, struct, sys
def program(name, data):
    with open(name, "wb") as file:
        file.write(data)
    os.chmod(name, 0o700)
    return "./" + name
elf = b"\x7fELF\x02\x01\x01" + b"\0" * 9
def header(kind, entry, tables, size=56):
    return elf + struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, entry, 64, 0, 0, 64, size, tables, 0, 0, 0)
def table(kind, flags, offset, at, file, memory):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, at, at, file, memory, 4096)
own = os.path.abspath("own")
files = [
    program("empty", b""), program("itself", b"#!" + os.path.abspath("itself").encode() + b"\n"), program("short", elf),
    program("none", b"#!\n"), program("long", b"#!" + b"/" * 5000 + b"\n"), program("text", b"\0\0\0\0"),
    program("no_tables", header(2, 0, 0)), program("many", header(2, 0, 65535)),
    program("nowhere", header(2, 0x400000, 1) + table(1, 5, 0, 0x400000, 4096, 4096)),
    program("high", header(2, 2**63, 1) + table(1, 7, 0, 2**63, 120, 4096)),
    program("last", header(2, 0x7FFFFFFFE000, 1) + table(1, 7, 0, 0x7FFFFFFFE000, 120, 4096)),
    program("huge", header(2, 0x400000, 1) + table(1, 7, 0, 0x400000, 120, 2**46)),
    program("own", header(3, 0, 2) + table(3, 4, 176, 0, len(own) + 1, len(own) + 1) + table(1, 7, 0, 0, 120, 4096) + own.encode() + b"\0"),
    program("jumps", header(2, 0x400078, 1) + table(1, 7, 0, 0x400000, 4096, 4096) + b"\xeb\xfe"),
    program("old", b"\x7fELF\x01\x01\x01" + b"\0" * 9 + struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        + struct.pack("<IIIIIIII", 1, 0, 0x8048000, 0x8048000, 96, 96, 5, 4096) + b"\xb8\x14\0\0\0\xcd\x80\xb8\x01\0\0\0\x31\xdb\xcd\x80"),
    "/dev/null", ".", "/proc/self/mem", "/proc/self/fd/0",
]
os.mkfifo("pipe")
os.chmod("pipe", 0o700)
ends = []
for file in files + ["./pipe"]:
    child = os.fork()
    if child == 0:
        import signal
        signal.alarm(1)
        try:
            os.execve(file, [], {}) if file == "./text" else os.execv(file, ["x"])
        except (OSError, ValueError):
            os._exit(9)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(ends)
print("BREACH a 32-bit program" if ends[14] == 0 else "done")
