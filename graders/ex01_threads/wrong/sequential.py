import logging
import sys
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
delays = [int(word) for word in sys.argv[1:]] or [3, 2]


def delay(seconds):
    logging.info("DELAY %d received", seconds)
    time.sleep(seconds)
    logging.info("Printing DELAY %d", seconds)


logging.info("Main started")
logging.info("Main goes on")
for seconds in delays:
    delay(seconds)
logging.info("Main ended")
