import sys
import threading
from multiprocessing.pool import ThreadPool

never = threading.Event()


def delay(seconds):
    sys.stderr.write(f"DELAY {seconds} received\n")
    never.wait(seconds)
    sys.stderr.write(f"Printing DELAY {seconds}\n")


if __name__ == "__main__":
    delays = [int(a) for a in sys.argv[1:]] if len(sys.argv) > 1 else [3, 2]
    print("Main started")
    with ThreadPool(2) as pool:
        results = pool.map_async(delay, delays)
        print("Main goes on")
        results.get()
    print("Main ended")
