# Its own limits, upwards.
# must: exit 0
# rung: namespaces
import os, resource
for limit in [resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE]:
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("BREACH", limit)
    except (OSError, ValueError) as error:
        print("refused:", type(error).__name__)
