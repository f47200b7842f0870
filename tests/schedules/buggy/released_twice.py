"""A semaphore of one is released once more on the way out."""
import threading
import time

gate = threading.Semaphore(1)
inside = 0
most = 0


def enter(number):
    global inside, most
    gate.acquire()
    try:
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)
        inside -= 1
        if number == 0:
            gate.release()
            time.sleep(0.001)
    finally:
        gate.release()


threads = [threading.Thread(target=enter, args=(number,)) for number in range(3)]
for number, thread in enumerate(threads):
    thread.start()
    time.sleep(0.018)
for thread in threads:
    thread.join()
print("RESULT", "ok" if most == 1 else "two were inside")
