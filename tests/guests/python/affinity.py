"""Who pins itself is told so, and so are its children."""
import os
import subprocess
import threading

all_of_them = os.sched_getaffinity(0)
last = max(all_of_them)
os.sched_setaffinity(0, {last})
print(os.sched_getaffinity(0) == {last})
thread = threading.Thread(target=lambda: print(os.sched_getaffinity(0) == {last}))
thread.start()
thread.join()
print(subprocess.check_output(["nproc"], text=True).strip())
os.sched_setaffinity(0, all_of_them)
print(os.sched_getaffinity(0) == all_of_them)
try:
    os.sched_setaffinity(0, {1000})
except OSError as error:
    print(error)
