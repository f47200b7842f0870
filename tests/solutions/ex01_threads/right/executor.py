import sys
import time
from concurrent.futures import ThreadPoolExecutor


def delay(seconds):
    print(f"DELAY {seconds} received")
    time.sleep(seconds)
    print(f"Printing DELAY {seconds}")


def main():
    delays = [int(arg) for arg in sys.argv[1:]] or [3, 2]
    print("Main started")
    with ThreadPoolExecutor(max_workers=2) as executor:
        futures = [executor.submit(delay, seconds) for seconds in delays]
        print("Main goes on")
    for future in futures:
        future.result()
    print("Main ended")


main()
