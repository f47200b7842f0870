import asyncio
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
    show(f"{n} is counted on process {os.getpid()}")
    answer = is_prime(n)
    show(f"{n} is done on process {os.getpid()}")
    return answer


def show(line):
    print(line, file=sys.stderr)


async def ask(turn, n):
    async with turn:
        child = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "child", str(n), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await child.communicate()
        return output.decode().strip()


async def main():
    given = [int(arg) for arg in sys.argv[1:]] or [3]
    children, numbers = given[0], given[1:] or NUMBERS
    turn = asyncio.Semaphore(children)
    answers = await asyncio.gather(*(ask(turn, n) for n in numbers))
    for n, answer in zip(numbers, answers):
        print(f"{n} is prime: {answer}")


if sys.argv[1:2] == ["child"]:
    print(count(int(sys.argv[2])))
else:
    asyncio.run(main())
