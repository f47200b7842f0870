# The memory, the maps and the descriptors of everybody whose number is known, by files in /proc.
# must: exit 0
import os, sys
for pid in [1, os.getppid(), int(sys.argv[3]), int(sys.argv[4])]:
    for part in ["mem", "maps", "environ", "auxv", "fd/0", "fd/1", "fd/3", "fd/4", "exe", "pagemap", "stack"]:
        for mode in ["rb", "r+b"]:
            try:
                with open(f"/proc/{pid}/{part}", mode) as file:
                    got = file.read(16) if part != "mem" else b"opened"
                if got and part not in ("exe",):
                    print("BREACH", pid, part, mode, got)
            except OSError as error:
                pass
print("done")
