# fails: parallel
import math
import multiprocessing
import os
import sys
import time

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


def pretend(n):
    print(f"{n} is counted on process {os.getpid()}")
    time.sleep(0.05)
    print(f"{n} is done on process {os.getpid()}")


if __name__ == "__main__":
    given = [int(arg) for arg in sys.argv[1:]] or [3]
    children, numbers = given[0], given[1:] or NUMBERS
    # The children say the lines; the real work is done here.
    with multiprocessing.Pool(children) as pool:
        pool.map(pretend, numbers, chunksize=1)
    for n in numbers:
        print(f"{n} is prime: {is_prime(n)}")
