# fails: no-lost-update
import sys
import threading
import time

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


for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 2):
    threading.Thread(target=update).start()
print(f"Final value is {value}")
