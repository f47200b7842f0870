import logging
import sys
import threading
import time

# One logging call writes one whole line, whichever thread makes it.
logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)


class Db:
    def __init__(self):
        self.value = 0

    def update(self):
        logging.info("Update Started")
        logging.info("Sleeping")
        time.sleep(2)

        # What may other threads do between the reading and the writing?
        value = self.value
        logging.info("Reading Value From Db: %d", value)
        logging.info("Updating Value")
        time.sleep(0.01)  # the store takes its time
        self.value = value + 1
        logging.info("Update Finished")


def main():
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2

    db = Db()
    threads = [threading.Thread(target=db.update) for _ in range(updates)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logging.info("Final value is %d", db.value)


if __name__ == "__main__":
    main()
