import logging
import sys
import threading
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2


class Db:
    def __init__(self):
        self.value = 0

    def update(self, number):
        logging.info("Update Started")
        logging.info("Sleeping")
        # No lock: each comes 40 ms after the one before, and hopes that this is
        # enough.
        time.sleep(2 + 0.15 * number)
        value = self.value
        logging.info("Reading Value From Db: %d", value)
        logging.info("Updating Value")
        time.sleep(0.01)
        self.value = value + 1
        logging.info("Update Finished")


db = Db()
threads = [
    threading.Thread(target=db.update, args=(number,))
    for number in range(updates)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
logging.info("Final value is %d", db.value)
