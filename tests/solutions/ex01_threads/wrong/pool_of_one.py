# fails: shorter-first at-once own-threads total
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def delay(seconds):
    print(f"DELAY {seconds} received")
    time.sleep(seconds)
    print(f"Printing DELAY {seconds}")


delays = [int(arg) for arg in sys.argv[1:]] or [3, 2]
print("Main started")
with ThreadPoolExecutor(max_workers=1) as executor:
    for seconds in delays:
        executor.submit(delay, seconds)
    print("Main goes on")
print("Main ended")
