# fails: not-serial
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

lock = threading.Lock()
value = 0


def update():
    global value
    print("Update Started")
    print("Sleeping")
    time.sleep(2)
    with lock:
        old = value
        print(f"Reading Value From Db: {old}")
        print("Updating Value")
        time.sleep(0.01)
        value = old + 1
        print("Update Finished")


updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2
# Enough for the lecture's two, and for five.
with ThreadPoolExecutor(max_workers=5) as executor:
    for _ in range(updates):
        executor.submit(update)
print(f"Final value is {value}")
