import os
cpus = os.sched_getaffinity(0)
os.sched_setaffinity(0, cpus)
os.nice(1)
print(len(cpus) == len(os.sched_getaffinity(os.getpid())), len(cpus) > 0)
