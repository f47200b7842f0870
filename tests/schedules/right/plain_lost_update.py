"""The same with a lock."""
import threading

counter = 0
lock = threading.Lock()


def next_after(value):
    return value + 1


def work():
    global counter
    for _ in range(50):
        with lock:
            value = counter
            counter = next_after(value)


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok" if counter == 100 else f"RESULT {counter}")
