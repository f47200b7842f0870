import logging
import sys
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2

# All lines of all updates, well acted by one thread.
for _ in range(updates):
    logging.info("Update Started")
    logging.info("Sleeping")
time.sleep(2)
for value in range(updates):
    logging.info("Reading Value From Db: %d", value)
    logging.info("Updating Value")
    time.sleep(0.01)
    logging.info("Update Finished")
logging.info("Final value is %d", updates)
