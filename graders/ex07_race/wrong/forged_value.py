import logging
import sys
import threading
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2


class Db:
    def __init__(self):
        self.value = 0

    def update(self):
        logging.info("Update Started")
        logging.info("Sleeping")
        time.sleep(2)
        value = self.value
        logging.info("Reading Value From Db: %d", value)
        logging.info("Updating Value")
        time.sleep(0.01)
        self.value = value + 1
        logging.info("Update Finished")


db = Db()
threads = [threading.Thread(target=db.update) for _ in range(updates)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
logging.info("Final value is %d", updates)
