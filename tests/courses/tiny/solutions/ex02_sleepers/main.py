import threading
import time


def sleeper():
    time.sleep(0.01)
    print("slept")


threads = [threading.Thread(target=sleeper) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
