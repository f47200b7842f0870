"""The lecture's lost update in its plain form: nothing between reading and writing but a call of a function."""
import threading

counter = 0


def next_after(value):
    return value + 1


def work():
    global counter
    for _ in range(50):
        value = counter
        counter = next_after(value)


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT ok" if counter == 100 else f"RESULT {counter}")
