"""Threads that wake at one moment and print by several writes each: bare, their lines stay whole."""
import threading
import time

gate = threading.Barrier(4)


def tell(name):
    for number in range(5):
        gate.wait()
        print(name, "says", number)


print("start")
threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
