"""Three philosophers, each takes the lower fork first."""
import threading
import time

forks = [threading.Lock() for _ in range(3)]


def dine(seat):
    time.sleep(0.005 * seat)
    left, right = sorted((seat, (seat + 1) % 3))
    with forks[left]:
        print("fork", left)
        with forks[right]:
            print(seat, "eats")


threads = [threading.Thread(target=dine, args=(seat,)) for seat in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok")
