# rung: namespaces
import os
cpus = os.sched_getaffinity(0)
os.sched_setaffinity(os.getpid(), cpus)
print(len(cpus) == len(os.sched_getaffinity(os.getpid())))
