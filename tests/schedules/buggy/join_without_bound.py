"""A worker ends at the last job; a stop mark that is taken by the other worker is missed for ever."""
import queue
import threading

jobs = queue.Queue()


def worker():
    while True:
        job = jobs.get()
        print("job", job)
        if job is None:
            return
        if jobs.empty():
            return


workers = [threading.Thread(target=worker) for _ in range(2)]
for thread in workers:
    thread.start()
for job in (1, 2, None):
    jobs.put(job)
for thread in workers:
    thread.join()
print("RESULT ok")
