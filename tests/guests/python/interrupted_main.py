# Ctrl-C from another thread: the first thread has it, although both are on their way through the kernel.
import os
import signal
import threading
import time


def interrupt():
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)


print("start")
for _ in range(3):
    helper = threading.Thread(target=interrupt, daemon=True)
    helper.start()
    try:
        time.sleep(3600)
    except KeyboardInterrupt:
        print("interrupted")
    helper.join()
