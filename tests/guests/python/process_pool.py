import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor


def work(number):
    time.sleep(number)
    print(f"slept {number}")
    return number


def main():
    print("start")
    with ProcessPoolExecutor(3) as pool:
        print(list(pool.map(work, [3, 2, 1])))
    with multiprocessing.Pool(2) as pool:
        print(sum(pool.map(work, [1, 1, 1, 1], 1)))
        result = pool.apply_async(time.sleep, (3600,))
        try:
            result.get(timeout=2)
        except multiprocessing.TimeoutError:
            print("gave up")


if __name__ == "__main__":
    main()
