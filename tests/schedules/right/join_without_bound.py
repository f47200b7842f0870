import queue
import threading

jobs = queue.Queue()


def worker():
    while jobs.get() is not None:
        pass


workers = [threading.Thread(target=worker) for _ in range(2)]
for thread in workers:
    thread.start()
for job in (1, 2, None, None):
    jobs.put(job)
for thread in workers:
    thread.join()
print("RESULT ok")
