# Its user may have other processes, the grader among them: theirs is not its priority to lower.
# must: exit 0
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
# A priority as it is: nothing changes where it is let.
for name, result in [("user", libc.setpriority(2, 0, 0)), ("disk", libc.syscall(251, 3, 0, 0))]:
    seen = [line for line in open("/proc/self/status") if line.startswith("NSpid")][0].split()
    own_processes = seen[-1] == "2"
    print("BREACH " + name if result == 0 and not own_processes else "its own, or refused")
print("itself", libc.setpriority(0, 0, 1))
