import logging
import sys
import threading
import time

logging.basicConfig(
    format="%(asctime)s:%(threadName)s:%(message)s",
    level=logging.INFO,
    datefmt="%H:%M:%S",
)


class Delay(threading.Thread):
    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def run(self):
        logging.info(f"DELAY {self.seconds} received")
        time.sleep(self.seconds)
        logging.info(f"Printing DELAY {self.seconds}")


if len(sys.argv) == 3:
    threads = [Delay(int(sys.argv[1])), Delay(int(sys.argv[2]))]
else:
    threads = [Delay(3), Delay(2)]
logging.info("Main started")
for thread in threads:
    thread.start()
logging.info("Main goes on")
for thread in threads:
    thread.join()
logging.info("Main ended")
