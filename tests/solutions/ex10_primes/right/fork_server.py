import math
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

NUMBERS = [
    112272535095293,
    112582705942171,
    112272535095293,
    115280095190773,
    115797848077099,
    1099726899285419,
]


def is_prime(n):
    """Slow on purpose: keep it as it is."""
    if n < 2:
        return False
    if n % 2 == 0:
        return n == 2
    for divisor in range(3, math.isqrt(n) + 1, 2):
        if n % divisor == 0:
            return False
    return True


def count(n):
    print(f"{n} is counted on process {os.getpid()}")
    answer = is_prime(n)
    print(f"{n} is done on process {os.getpid()}")
    return answer


def main():
    given = [int(arg) for arg in sys.argv[1:]] or [3]
    children, numbers = given[0], given[1:] or NUMBERS
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(children, mp_context=context) as pool:
        futures = [pool.submit(count, n) for n in numbers]
        for n, future in zip(numbers, futures):
            print(n, "is prime:", future.result())


if __name__ == "__main__":
    main()
