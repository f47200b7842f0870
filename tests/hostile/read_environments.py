# Environments and memory of other processes, the init of its namespace among them.
# must: exit 0
import os
mine = os.getpid()
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == mine:
        continue
    for name in ["environ", "mem", "maps", "auxv"]:
        try:
            if open(f"/proc/{pid}/{name}", "rb").read(1):
                print("BREACH", pid, name)
        except OSError:
            pass
print("looked")
