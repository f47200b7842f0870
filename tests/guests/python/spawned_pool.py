# Workers that are started afresh instead of forked.
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor


def work(number):
    time.sleep(number)
    return number


if __name__ == "__main__":
    print("start")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        print(list(pool.map(work, [4, 2, 2])))
    print("end")
