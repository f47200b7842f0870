# A thousand folders in each other, closed to everybody, with names that nobody likes.
# must: exit 0
import os
os.mkdir("closed")
open("closed/file", "w").close()
os.chmod("closed", 0)
os.mkdir("line\nbreak\x1b[31m")
os.symlink("/", "everything")
os.mkfifo("fifo")
for _ in range(1000):
    try:
        os.mkdir("d")
        os.chdir("d")
    except OSError:
        break
for path in [".", ".."]:
    try:
        os.chmod(path, 0)
    except OSError:
        pass
print("done")
