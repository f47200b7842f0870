import logging
import sys
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
    # Both delays run here, on the main thread, one after the other.
    # Give each its own thread.
    for seconds in delays:
        delay(seconds)
    logging.info("Main goes on")
    logging.info("Main ended")


if __name__ == "__main__":
    main()
