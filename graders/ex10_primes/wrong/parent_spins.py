import logging
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


def work(todo, done):
    for place, n in iter(todo.get, None):
        done.put((place, count(n)))


def main():
    given = [int(word) for word in sys.argv[1:]]
    children = given[0] if given else 3
    numbers = given[1:] or NUMBERS
    todo, done = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()
    workers = [
        multiprocessing.Process(target=work, args=(todo, done))
        for _ in range(children)
    ]
    for worker in workers:
        worker.start()
    for job in enumerate(numbers):
        todo.put(job)
    for _ in workers:
        todo.put(None)
    # Asks again and again, and computes nothing.
    while any(worker.is_alive() for worker in workers):
        pass
    answers = dict(done.get() for _ in numbers)
    for place, n in enumerate(numbers):
        logging.info("%d is prime: %s", n, answers[place])


if __name__ == "__main__":
    main()
