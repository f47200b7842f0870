import logging
import sys
import threading
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
delays = [int(word) for word in sys.argv[1:]] or [3, 2]


def delay(seconds):
    logging.info("DELAY %d received", seconds)
    time.sleep(seconds)
    logging.info("Printing DELAY %d", seconds)


logging.info("Main started")
# `delay(seconds)` runs here; the thread gets its result, None, and has nothing
# to do.
threads = [threading.Thread(target=delay(seconds)) for seconds in delays]
for thread in threads:
    thread.start()
logging.info("Main goes on")
for thread in threads:
    thread.join()
logging.info("Main ended")
