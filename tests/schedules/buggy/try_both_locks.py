"""Who does not get the second lock begins again without letting the first one go."""
import threading

first, second = threading.Lock(), threading.Lock()
moved = 0


def work(one, other):
    global moved
    for _ in range(3):
        one.acquire()
        while not other.acquire(timeout=1):
            pass
        moved += 1
        other.release()
        one.release()


threads = [threading.Thread(target=work, args=locks) for locks in ((first, second), (second, first))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok" if moved == 6 else f"RESULT {moved}")
