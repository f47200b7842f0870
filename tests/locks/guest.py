"""Programs that get stuck: the argument says how."""
import sys
import threading
import time

locks = [threading.Lock() for _ in range(3)]


def philosopher(seat, seats, right):
    print(seat, "sits", flush=True)
    one, other = seat, (seat + 1) % seats
    if right and other == 0:
        one, other = other, one
    with locks[one]:
        time.sleep(0.1)
        with locks[other]:
            pass


def signal(condition):
    """Notifies before the other one waits, and waits itself then."""
    with condition:
        condition.notify()
    time.sleep(0.1)
    with condition:
        condition.wait()


def token(semaphore, lock):
    semaphore.acquire()
    lock.acquire()


how, seats = sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 3
condition, semaphore = threading.Condition(), threading.Semaphore(0)
if how == "signal":
    threads = [threading.Thread(target=signal, args=(condition,)) for _ in range(2)]
elif how == "token":
    locks[0].acquire()
    threads = [threading.Thread(target=token, args=(semaphore, locks[0]))]
else:
    threads = [threading.Thread(target=philosopher, args=(seat, seats, how == "right")) for seat in range(seats)]
for thread in threads:
    thread.start()
if how == "token":
    semaphore.release()
    time.sleep(0.1)
    semaphore.acquire()
for thread in threads:
    thread.join()
print("RESULT ok", flush=True)
