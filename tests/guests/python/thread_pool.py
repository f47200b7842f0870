import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, TimeoutError, as_completed, wait

print("start")


def work(number):
    time.sleep(number / 10)
    return number


with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(work, [5, 4, 3, 2, 1])))
    for future in as_completed([pool.submit(work, number) for number in (30, 10, 20)]):
        print(future.result())
    try:
        pool.submit(work, 25).result(timeout=0.5)
    except TimeoutError:
        print("too slow")
print("closed")
