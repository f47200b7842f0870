import asyncio
import logging
import sys
import threading
import time

# One logging call writes one whole line, whichever thread makes it.
logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)


async def task(name, friend, seconds, mine, theirs):
    """Needs a part from its friend, and makes a part for its friend."""
    logging.info("%s: starts", name)
    await asyncio.sleep(seconds)  # making a part takes its time
    logging.info("%s: ready", name)
    mine.set()
    await theirs.wait()
    logging.info("%s: has %s", name, friend)


async def tasks(foo_seconds, boo_seconds):
    async def foo():
        await boo()

    async def boo():
        await foo()

    await asyncio.gather(foo(), boo())


class Account:
    def __init__(self):
        self.balance = 100
        self.lock = threading.Lock()


def book(accounts, origin, target, amount):
    name = f"{origin}->{target}"
    logging.info("%s: starts", name)
    first, second = sorted((origin, target))
    with accounts[first].lock:
        logging.info("%s: has %d", name, first)
        with accounts[second].lock:
            logging.info("%s: has %d", name, second)
            time.sleep(0.3)  # the booking takes its time
            accounts[origin].balance -= amount
            accounts[target].balance += amount
            logging.info("%s: done", name)
            logging.info("%s: lets go of %d", name, second)
        logging.info("%s: lets go of %d", name, first)


def transfers(words):
    wanted = [tuple(int(number) for number in word.split(":")) for word in words]
    accounts = [Account() for _ in range(max(max(origin, target) for origin, target, _ in wanted) + 1)]
    threads = [threading.Thread(target=book, args=(accounts, *transfer)) for transfer in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, account in enumerate(accounts):
        logging.info("Account %d has %d", number, account.balance)


def main():
    match sys.argv[1:]:
        case []:
            asyncio.run(tasks(1, 2))
            transfers(["0:1:10", "1:0:20", "2:3:5"])
        case ["tasks", foo, boo]:
            asyncio.run(tasks(float(foo), float(boo)))
        case ["transfers", *words]:
            transfers(words)
        case _:
            sys.exit("main [tasks FOO_SECONDS BOO_SECONDS | transfers FROM:TO:AMOUNT...]")


if __name__ == "__main__":
    main()
