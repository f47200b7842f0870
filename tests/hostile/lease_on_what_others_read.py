# A lease makes whoever opens the file wait for the holder, up to a minute.
# must: exit 0
import fcntl, glob, os, sys
files = [sys.argv[0], "own", "/etc/hosts", os.path.realpath(sys.executable)] + glob.glob(os.path.dirname(os.__file__) + "/*.py")
open("own", "w").close()
for name in files:
    try:
        file = os.open(name, os.O_RDONLY)
    except OSError:
        continue
    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, kind)
            print("BREACH", name, kind)
            break
        except OSError:
            pass
    os.close(file)
folder = os.open(".", os.O_RDONLY)
try:
    fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)
    print("BREACH notify")
except OSError:
    print("done")
