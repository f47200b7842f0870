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
for seconds in delays:
    threading.Thread(target=delay, args=(seconds,)).start()
logging.info("Main goes on")
# Python itself waits for the threads, but only after this line.
logging.info("Main ended")
