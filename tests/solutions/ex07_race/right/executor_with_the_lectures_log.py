import concurrent.futures as cf
import logging
import sys
import threading
import time

logger_format = "%(asctime)s:%(threadName)s:%(message)s"
logging.basicConfig(format=logger_format, level=logging.INFO, datefmt="%H:%M:%S")

LOCK = threading.Lock()


class DbUpdate:
    def __init__(self):
        self.value = 0

    def update(self):
        logging.info("Update Started")
        logging.info("Sleeping")
        time.sleep(2)
        with LOCK:
            logging.info(f"Reading Value From Db: {self.value}")
            tmp = self.value + 1
            logging.info("Updating Value")
            time.sleep(0.01)
            self.value = tmp
            logging.info("Update Finished")


updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2
db = DbUpdate()
with cf.ThreadPoolExecutor(max_workers=updates) as executor:
    for _ in range(updates):
        executor.submit(db.update)
logging.info(f"Final value is {db.value}")
