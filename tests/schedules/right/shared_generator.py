"""Two workers take their jobs from one generator, one at a time."""
import threading


def jobs():
    for job in range(6):
        yield job


source = jobs()
lock = threading.Lock()
done = []
refused = []


def take():
    with lock:
        return next(source, None)


def work():
    try:
        while (job := take()) is not None:
            done.append(job)
    except ValueError as error:
        refused.append(error)


workers = [threading.Thread(target=work) for _ in range(2)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print("RESULT", "ok" if sorted(done) == list(range(6)) and not refused else refused)
