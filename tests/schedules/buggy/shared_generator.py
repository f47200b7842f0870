"""Two workers take their jobs from one generator: it may be asked by one while the other is within it."""
import threading


def jobs():
    for job in range(6):
        yield job


source = jobs()
done = []
refused = []


def work():
    try:
        for job in source:
            done.append(job)
    except ValueError as error:
        refused.append(error)


workers = [threading.Thread(target=work) for _ in range(2)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print("RESULT", "ok" if sorted(done) == list(range(6)) and not refused else refused)
