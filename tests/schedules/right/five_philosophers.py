"""Five philosophers think, then take the fork with the lower number first."""
import threading
import time

SEATS = 5
forks = [threading.Lock() for _ in range(SEATS)]


def dine(seat):
    lower, higher = sorted((seat, (seat + 1) % SEATS))
    for _ in range(2):
        time.sleep(0.01)
        forks[lower].acquire()
        forks[higher].acquire()
        time.sleep(0.01)
        forks[higher].release()
        forks[lower].release()


threads = [threading.Thread(target=dine, args=(seat,)) for seat in range(SEATS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok")
