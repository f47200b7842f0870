from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import time
def work(number):
    time.sleep(0.1)
    return number * 2
if __name__ == "__main__":
    for kind in [ThreadPoolExecutor, ProcessPoolExecutor]:
        with kind(4) as pool:
            print(sum(pool.map(work, range(12))))
