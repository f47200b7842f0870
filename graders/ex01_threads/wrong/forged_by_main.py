import logging
import sys
import threading
import time

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
delays = [int(word) for word in sys.argv[1:]] or [3, 2]

logging.info("Main started")
# Real threads, which really sleep, but the main thread does all the talking.
for seconds in delays:
    logging.info("DELAY %d received", seconds)
threads = [
    threading.Thread(target=time.sleep, args=(seconds,))
    for seconds in sorted(delays)
]
for thread in threads:
    thread.start()
logging.info("Main goes on")
for seconds, thread in zip(sorted(delays), threads):
    thread.join()
    logging.info("Printing DELAY %d", seconds)
logging.info("Main ended")
