# A busy wait with sleeps, a watchdog, daemon threads at the end, and Ctrl-C to oneself.
import os
import signal
import threading
import time

print("start")
deadline = time.monotonic() + 2
rounds = 0
while time.monotonic() < deadline:
    time.sleep(0.01)
    rounds += 1
print("about 200 rounds:", 170 <= rounds <= 200)
barrier = threading.Barrier(2)
try:
    barrier.wait(timeout=1.5)
except threading.BrokenBarrierError:
    print("broken")
threading.Thread(target=lambda: (time.sleep(1), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
try:
    time.sleep(3600)
except KeyboardInterrupt:
    print("interrupted")


def background():
    while True:
        time.sleep(0.4)
        print("daemon works")


threading.Thread(target=background, daemon=True).start()
time.sleep(1)
print("end")
