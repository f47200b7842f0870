import logging
import math
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

NUMBERS = [
    112272535095293,
    112582705942171,
    112272535095293,
    115280095190773,
    115797848077099,
    1099726899285419,
]
logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)


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
    logging.info("%d is counted on process %d", n, os.getpid())
    answer = is_prime(n)
    logging.info("%d is done on process %d", n, os.getpid())
    return answer


def main():
    given = [int(word) for word in sys.argv[1:]]
    children = given[0] if given else 3
    numbers = given[1:] or NUMBERS
    with ProcessPoolExecutor(max_workers=children) as pool:
        asked = {pool.submit(count, n): n for n in numbers}
        # Whoever is first is printed first.
        for future in as_completed(asked):
            logging.info("%d is prime: %s", asked[future], future.result())


if __name__ == "__main__":
    main()
