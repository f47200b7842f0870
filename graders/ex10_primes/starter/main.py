import logging
import math
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

# One logging call writes one whole line, whichever process makes it.
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
    """Tells who counts the number, and counts it."""
    logging.info("%d is counted on process %d", n, os.getpid())
    answer = is_prime(n)
    logging.info("%d is done on process %d", n, os.getpid())
    return answer


def main():
    given = [int(word) for word in sys.argv[1:]]
    children = given[0] if given else 3
    numbers = given[1:] or NUMBERS

    # All in this one process. Let children do it, and tell the results in the
    # order of the numbers.
    for n in numbers:
        logging.info("%d is prime: %s", n, count(n))


if __name__ == "__main__":
    main()
