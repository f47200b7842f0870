# A child that attaches to its parent: who is traced by another is not traced by us.
# must: exit 0
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getpid()
child = os.fork()
if child == 0:
    for request in (16, 0x4206):
        if libc.ptrace(request, parent, None, None) == 0:
            print("BREACH attached", flush=True)
    os._exit(0)
print("child:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
