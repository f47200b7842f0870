# Files, threads and programs whose names hold control characters, brackets and lines of the grader's own.
# must: exit 0
import ctypes, os, shutil, subprocess, sys, threading
names = ["\x1b[2J", "a) R 1 1 1", "\n✓ ex07_race", "‮evil", "x" * 255, "-rf", "$(reboot)", "%s%n"]
for name in names:
    with open(name, "w") as file:
        file.write(name)
    os.mkdir("folder " + name[:200])
libc = ctypes.CDLL(None)
for name in names:
    threading.Thread(target=lambda: libc.prctl(15, name.encode()[:15], 0, 0, 0)).start()
# A program by such a name, whose status is read while it runs.
shutil.copy("/bin/sleep", "a) Z 1 (")
os.chmod("a) Z 1 (", 0o700)
print(subprocess.run(["./a) Z 1 (", "0.5"]).returncode)
