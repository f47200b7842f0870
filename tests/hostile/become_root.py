# Rights that it does not have.
# must: exit 0
import os, subprocess
attempts = [lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setresuid(0, 0, 0)]
# Where folders on the way are closed to all but root, it has root's id without any of its rights.
for attempt in [lambda: os.setgroups([0]), lambda: os.chown("/proc/self/comm", 1, 1)] + (attempts if os.getuid() else []):
    try:
        attempt()
        print("BREACH")
    except OSError as error:
        print("refused:", type(error).__name__)
for line in open("/proc/self/status"):
    if line.startswith(("CapPrm", "CapEff", "CapAmb")) and int(line.split()[1], 16):
        print("BREACH", line)
