import queue
import sys
import threading
import time

jobs = queue.Queue()


def worker():
    while True:
        seconds = jobs.get()
        print(f"DELAY {seconds} received\n", end="")
        time.sleep(seconds)
        print(f"Printing DELAY {seconds}\n", end="")
        jobs.task_done()


print("Main started")
for _ in range(2):
    threading.Thread(target=worker, daemon=True).start()
for seconds in [int(arg) for arg in sys.argv[1:]] or [3, 2]:
    jobs.put(seconds)
print("Main goes on")
jobs.join()
print("Main ended")
