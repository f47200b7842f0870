# Modes, owners, times and flags of files outside its folders, by every call that changes them and every way of naming them.
# must: exit 0
import ctypes, fcntl, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH, O_PATH = -100, 0x1000, os.O_PATH
secret = "/" + sys.argv[1]
here = os.path.abspath(__file__)
folder = os.path.dirname(secret)
home = os.getcwd()

def state(path):
    try:
        data = os.stat(path)
    except OSError as error:
        return type(error).__name__
    return (data.st_mode, data.st_uid, data.st_gid, data.st_mtime_ns)

targets = [path for path in (secret, folder, here, sys.executable, "/usr/bin/env", "/dev/null") if path]
before = {path: state(path) for path in targets}
EARLY = struct.pack("4q", 1000, 0, 1000, 0)
MICROS = struct.pack("4q", 1000, 0, 1000, 0)
SECONDS = struct.pack("2q", 1000, 1000)
me = (os.getuid(), os.getgid())

def call(number, *arguments):
    values = [ctypes.c_char_p(os.fsencode(value)) if isinstance(value, str) else
              ctypes.c_char_p(value) if isinstance(value, bytes) else
              ctypes.c_void_p(value) if value is None else ctypes.c_long(value) for value in arguments]
    return libc.syscall(ctypes.c_long(number), *values)

def by_path(path, name):
    call(90, name, 0o777)
    call(268, AT_FDCWD, name, 0o777)
    call(452, AT_FDCWD, name, 0o777, 0)
    call(92, name, *me)
    call(92, name, -1, -1)
    call(94, name, *me)
    call(260, AT_FDCWD, name, *me, 0)
    call(132, name, SECONDS)
    call(132, name, None)
    call(235, name, MICROS)
    call(261, AT_FDCWD, name, MICROS)
    call(261, AT_FDCWD, name, None)
    call(280, AT_FDCWD, name, EARLY, 0)
    call(280, AT_FDCWD, name, None, 0)

def by_number(number):
    call(91, number, 0o777)
    call(93, number, *me)
    call(280, number, None, EARLY, 0)
    call(280, number, None, None, 0)
    call(261, number, None, MICROS)
    call(452, number, "", 0o777, AT_EMPTY_PATH)
    call(260, number, "", *me, AT_EMPTY_PATH)
    call(280, number, "", EARLY, AT_EMPTY_PATH)

for path in targets:
    by_path(path, path)
    os.chdir(home)
    os.symlink(path, "link")
    by_path(path, "link")
    by_path(path, os.path.abspath("link"))
    os.unlink("link")
    by_path(path, os.path.relpath(path))
    for flags in (O_PATH, os.O_RDONLY, os.O_RDONLY | os.O_NONBLOCK):
        try:
            number = os.open(path, flags)
        except OSError as error:
            print("not opened:", type(error).__name__)
            continue
        by_number(number)
        for name in ("/proc/self/fd/%d", "/dev/fd/%d", "/proc/thread-self/fd/%d", "/proc/%d/fd/%%d" % os.getpid()):
            by_path(path, name % number)
        if flags == os.O_RDONLY:
            # FS_IOC_SETFLAGS (no access times), FS_IOC_FSSETXATTR, FS_IOC_SETVERSION, FS_IOC_ENABLE_VERITY.
            for request, word in ((0x40086602, struct.pack("q", 0x80)), (0x401C5820, bytes(28)), (0x40087602, struct.pack("q", 7)),
                                  (0x40806685, struct.pack("IIII", 1, 1, 4096, 0) + bytes(112))):
                try:
                    fcntl.ioctl(number, request, word)
                    print("BREACH", hex(request), path)
                except OSError as error:
                    pass
        os.close(number)
    try:
        parent = os.open(os.path.dirname(path), O_PATH)
        name = os.path.basename(path)
        call(268, parent, name, 0o777)
        call(280, parent, name, EARLY, 0)
        call(260, parent, name, *me, 0)
        os.close(parent)
        os.chdir(os.path.dirname(path))
        by_path(path, name)
    except OSError as error:
        print("refused:", type(error).__name__)
# From a folder of its own that is one of others by now, and from /proc of whoever makes the call for it.
for name in ("/proc/self/exe", "/proc/self/cwd/" + os.path.basename(secret), "/proc/self/root" + secret, "/proc/%d/cwd" % os.getppid()):
    by_path(secret, name)
for path in targets:
    if state(path) != before[path]:
        print("BREACH", path, before[path], state(path))
print("done")
