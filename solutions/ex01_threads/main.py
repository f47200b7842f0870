"""Each delay sleeps on its own thread, so the run lasts as long as the longest."""

import logging
import sys
import threading
import time

# One logging call writes one whole line, whichever thread makes it.
logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)


def delay(seconds):
    logging.info("DELAY %d received", seconds)
    time.sleep(seconds)
    logging.info("Printing DELAY %d", seconds)


def main():
    # The two delays from the command line, or 3 and 2.
    delays = [int(word) for word in sys.argv[1:]] or [3, 2]

    logging.info("Main started")
    threads = [
        threading.Thread(target=delay, args=(seconds,)) for seconds in delays
    ]
    # Start all before joining any: a join in this loop would wait for the
    # first delay before the second one begins.
    for thread in threads:
        thread.start()

    logging.info("Main goes on")

    for thread in threads:
        thread.join()
    logging.info("Main ended")


if __name__ == "__main__":
    main()
