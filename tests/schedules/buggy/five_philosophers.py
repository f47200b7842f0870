"""Five philosophers think, take the left fork, then the right one."""
import threading
import time

SEATS = 5
forks = [threading.Lock() for _ in range(SEATS)]


def dine(seat):
    left, right = forks[seat], forks[(seat + 1) % SEATS]
    for _ in range(2):
        time.sleep(0.01)
        left.acquire()
        right.acquire()
        time.sleep(0.01)
        right.release()
        left.release()


threads = [threading.Thread(target=dine, args=(seat,)) for seat in range(SEATS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok")
