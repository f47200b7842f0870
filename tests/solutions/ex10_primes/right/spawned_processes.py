import math
import multiprocessing
import os
import sys

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
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(children, len(numbers))) as pool:
        for n, answer in zip(numbers, pool.imap(count, numbers)):
            print(f"{n} is prime: {answer}", flush=True)
        pool.close()
        pool.join()


if __name__ == "__main__":
    main()
