# os.fork, a pipe between processes, and a file's times.
import os
import tempfile
import time

print("start")
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(reader)
    time.sleep(1.5)
    os.write(writer, b"ready")
    os._exit(9)
os.close(writer)
print(os.read(reader, 16).decode())
print("end of file:", os.read(reader, 16) == b"")
print("code", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
