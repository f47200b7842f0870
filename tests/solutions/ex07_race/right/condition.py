import sys
import threading
import time


class Db:
    def __init__(self):
        self.value = 0
        self.busy = False
        self.free = threading.Condition()

    def __enter__(self):
        with self.free:
            self.free.wait_for(lambda: not self.busy)
            self.busy = True

    def __exit__(self, *_):
        with self.free:
            self.busy = False
            self.free.notify()

    def update(self):
        print("Update Started", flush=True)
        print("Sleeping", flush=True)
        time.sleep(2)
        with self:
            value = self.value
            print(f"Reading Value From Db: {value}", flush=True)
            print("Updating Value", flush=True)
            time.sleep(0.01)
            self.value = value + 1
            print("Update Finished", flush=True)


db = Db()
threads = []
for _ in range(int(sys.argv[1]) if len(sys.argv) == 2 else 2):
    thread = threading.Thread(target=db.update)
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join()
print(f"Final value is {db.value}", flush=True)
