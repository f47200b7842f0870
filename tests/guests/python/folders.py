"""Folders, links and files that are changed by their name have times, too."""
import os
import tempfile
import time

print("start")
folder = tempfile.mkdtemp()
os.chdir(folder)


def age(path):
    return round(time.time() - os.lstat(path).st_mtime)


open("file", "w").close()
os.mkdir("sub")
os.symlink("file", "link")
os.mkfifo("fifo")
print([age(name) for name in (folder, "file", "sub", "link", "fifo")])
print(round(time.time() - os.stat("file").st_atime))
time.sleep(3)
print([age(name) for name in (folder, "file", "sub", "link", "fifo")])
os.rename("file", "sub/file")
print([age(name) for name in (folder, "sub", "sub/file")])
time.sleep(3)
os.truncate("sub/file", 5)
os.unlink("link")
print([age(name) for name in (folder, "sub", "sub/file", "fifo")])
time.sleep(3)
here = os.open(folder, os.O_RDONLY)
os.mkdir("sub/deep", dir_fd=here)
os.rmdir("sub/deep", dir_fd=here)
print([age(name) for name in (folder, "sub", "sub/file")])
print(max(os.listdir("."), key=os.path.getmtime))
