import threading
import time

print("start")
first, second = threading.Lock(), threading.Lock()


def take(one, other):
    with one:
        time.sleep(1)
        with other:
            print("never")


threads = [threading.Thread(target=take, args=pair) for pair in ((first, second), (second, first))]
for thread in threads:
    thread.start()
time.sleep(2)
print("joining")
for thread in threads:
    thread.join()
