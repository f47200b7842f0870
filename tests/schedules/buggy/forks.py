"""Three philosophers take the fork on their left, then the one on their right."""
import threading

forks = [threading.Semaphore(1) if place == 0 else threading.Lock() for place in range(3)]
meals = [0] * 3


def dine(place):
    first, second = forks[place], forks[(place + 1) % 3]
    for _ in range(2):
        with first, second:
            meals[place] += 1


philosophers = [threading.Thread(target=dine, args=(place,)) for place in range(3)]
for philosopher in philosophers:
    philosopher.start()
for philosopher in philosophers:
    philosopher.join()
print("RESULT", "ok" if meals == [2, 2, 2] else meals)
