# A list of processes.
# must: exit 0
# rung: namespaces
import os
names = [name for name in os.listdir("/proc") if name.isdigit()]
print("BREACH" if len(names) > 2 else "few", len(names))
