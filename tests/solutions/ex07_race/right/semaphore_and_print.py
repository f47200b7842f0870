import sys
import threading
import time

value = 0
gate = threading.Semaphore(1)


def update():
    global value
    print("Update Started")
    print("Sleeping")
    time.sleep(2)
    gate.acquire()
    try:
        old = value
        print("Reading Value From Db:", old)
        print("Updating Value")
        time.sleep(0.01)
        value = old + 1
        print("Update Finished")
    finally:
        gate.release()


count = int(sys.argv[1]) if sys.argv[1:] else 2
threads = [threading.Thread(target=update) for _ in range(count)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("Final value is", value)
