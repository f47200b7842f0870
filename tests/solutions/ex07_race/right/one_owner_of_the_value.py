import queue
import sys
import threading
import time

asked = queue.Queue()


def owner():
    """Only this thread ever touches the value."""
    value = 0
    while (done := asked.get()) is not None:
        print(f"Reading Value From Db: {value}")
        print("Updating Value")
        time.sleep(0.01)
        value += 1
        print("Update Finished")
        done.set()
    print(f"Final value is {value}")


def update():
    print("Update Started")
    print("Sleeping")
    time.sleep(2)
    done = threading.Event()
    asked.put(done)
    done.wait()


updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2
database = threading.Thread(target=owner)
database.start()
threads = [threading.Thread(target=update) for _ in range(updates)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
asked.put(None)
database.join()
