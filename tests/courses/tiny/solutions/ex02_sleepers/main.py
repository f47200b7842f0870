import sys
import threading
import time


def sleeper():
    time.sleep(0.01)
    # In one piece: `print` writes the end of the line by itself, and the other thread may come between.
    sys.stdout.write("slept\n")


threads = [threading.Thread(target=sleeper) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
