"""A conversation through a pseudo-terminal: what one end writes a worker of the kernel's hands to the other."""
import os
import pty
import select
import time

print("start")
for number in range(30):
    child, terminal = pty.fork()
    if child == 0:
        name = input("name? ")
        time.sleep(0.1)
        print("hello", name)
        os._exit(3)
    said = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        if not ready:
            print("nothing came for a minute")
            break
        try:
            piece = os.read(terminal, 100)
        except OSError:
            break
        said += piece
        if said.endswith(b"? "):
            os.write(terminal, b"bob\n")
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert (said.count(b"bob"), os.waitstatus_to_exitcode(status)) == (2, 3), said
print("thirty conversations")
