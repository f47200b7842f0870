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
    running = []
    for first in range(children):
        share = numbers[first::children]
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            for n in share:
                os.write(writer, b"1" if count(n) else b"0")
            os._exit(0)
        os.close(writer)
        running.append((pid, reader))
    answers = [""] * children
    for child, (pid, reader) in enumerate(running):
        with open(reader) as pipe:
            answers[child] = pipe.read()
        os.waitpid(pid, 0)
    for place, n in enumerate(numbers):
        answer = answers[place % children][place // children]
        print(f"{n} is prime: {answer == '1'}")


main()
