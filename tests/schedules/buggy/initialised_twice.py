"""Double-checked initialisation by a flag, and no lock."""
import threading
import time

started = False
made = []


def instance():
    global started
    if not started:
        time.sleep(0.001)
        made.append(object())
        started = True


threads = [threading.Thread(target=instance) for _ in range(2)]
threads[0].start()
time.sleep(0.015)
threads[1].start()
for thread in threads:
    thread.join()
print("RESULT", "ok" if len(made) == 1 else "made twice")
