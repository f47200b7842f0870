import queue
import threading
import time

print("start")


def worker(name, delay):
    time.sleep(delay)
    print(f"{name} done")


threads = [threading.Thread(target=worker, args=(name, delay)) for name, delay in (("slow", 2), ("quick", 1))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
timer = threading.Timer(1.5, lambda: print("timer fired"))
timer.start()
print("joined in time:", timer.join(0.5), timer.is_alive())
timer.join()
cancelled = threading.Timer(60, print)
cancelled.start()
cancelled.cancel()
mailbox = queue.Queue()
try:
    mailbox.get(timeout=0.75)
except queue.Empty:
    print("empty")
lock = threading.Lock()
lock.acquire()
print("lock:", lock.acquire(timeout=0.25))
condition = threading.Condition()
with condition:
    print("condition:", condition.wait_for(lambda: False, 0.5))
event = threading.Event()
threading.Thread(target=lambda: (time.sleep(0.5), event.set())).start()
print("event:", event.wait(60))
