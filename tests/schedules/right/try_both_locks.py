"""Who does not get the second lock lets the first one go and begins again, without a pause: nobody waits for ever."""
import threading

first, second = threading.Lock(), threading.Lock()
moved = 0


def work(one, other):
    global moved
    for _ in range(3):
        while True:
            one.acquire()
            if other.acquire(blocking=False):
                moved += 1
                other.release()
                one.release()
                break
            one.release()


threads = [threading.Thread(target=work, args=locks) for locks in ((first, second), (second, first))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok" if moved == 6 else f"RESULT {moved}")
