# Limits, CPUs and priority of the grader.
# must: exit 0
import os, resource, sys
for pid in {os.getppid(), int(sys.argv[4])} - {1}:
    for attempt in [lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19)]:
        try:
            attempt()
            print("BREACH", pid)
        except OSError as error:
            print("refused:", type(error).__name__)
