# fails: own-threads own-lines
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def delay(seconds):
    print(f"DELAY {seconds} received")
    time.sleep(seconds)
    return f"Printing DELAY {seconds}"


delays = [int(arg) for arg in sys.argv[1:]] or [3, 2]
print("Main started")
with ThreadPoolExecutor(max_workers=2) as executor:
    futures = [executor.submit(delay, seconds) for seconds in delays]
    print("Main goes on")
    for future in as_completed(futures):
        print(future.result())
print("Main ended")
