# The secret by hard links, by the roots and folders of other processes, and by a handle.
# must: exit 0
import os, sys
secret = "/" + sys.argv[1]
def attempt(what, act):
    try:
        got = act()
        print("BREACH", what, got)
    except OSError as error:
        print(what, type(error).__name__)
attempt("link", lambda: os.link(secret, "mine"))
attempt("folder", lambda: os.listdir(os.path.dirname(secret)))
os.symlink(secret, "soft")
attempt("symlink", lambda: open("soft").read())
for pid in ["1", str(os.getppid()), sys.argv[3], sys.argv[4]]:
    for part in ["root", "cwd"]:
        attempt(f"{part} of {pid}", lambda: open(f"/proc/{pid}/{part}{secret}").read())
attempt("own root", lambda: open(f"/proc/self/root{secret}").read())
attempt("up", lambda: open("../" * 40 + sys.argv[1]).read())
