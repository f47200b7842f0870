# The locks in the order of their accounts by an ExitStack; the parts go through queues; everything with a time before it.
import asyncio
import datetime
import sys
import threading
import time
from contextlib import ExitStack

PRINTING = threading.Lock()


def log(text):
    with PRINTING:
        print(datetime.datetime.now().isoformat(), threading.current_thread().name, text, file=sys.stderr, flush=True)


async def foo_or_boo(name, seconds, give, get):
    log(name + ": starts")
    await asyncio.sleep(seconds)
    log(name + ": ready")
    give.put_nowait(name)
    log(f"{name}: has {await get.get()}")


async def tasks(seconds):
    a, b = asyncio.Queue(maxsize=1), asyncio.Queue(maxsize=1)
    boo = asyncio.create_task(foo_or_boo("boo", seconds[1], b, a))
    await foo_or_boo("foo", seconds[0], a, b)
    await boo


class Account:
    def __init__(self, number):
        self.number, self.balance, self.lock = number, 100, threading.RLock()


class Transfer(threading.Thread):
    def __init__(self, origin, target, amount):
        super().__init__(name=f"{origin.number}->{target.number}")
        self.origin, self.target, self.amount = origin, target, amount

    def run(self):
        log(self.name + ": starts")
        with ExitStack() as held:
            for account in sorted((self.origin, self.target), key=lambda account: account.number, reverse=True):
                held.enter_context(account.lock)
                # Called in the reverse order: the line comes before the lock is given back.
                held.callback(log, f"{self.name}: lets go of {account.number}")
                log(f"{self.name}: has {account.number}")
            time.sleep(0.3)
            self.origin.balance -= self.amount
            self.target.balance += self.amount
            log(self.name + ": done")


def transfers(words):
    numbers = [list(map(int, word.split(":"))) for word in words]
    accounts = [Account(number) for number in range(max(max(line[0], line[1]) for line in numbers) + 1)]
    threads = [Transfer(accounts[a], accounts[b], amount) for a, b, amount in numbers]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for account in accounts:
        log(f"Account {account.number} has {account.balance}")


def main(what="both", *rest):
    if what in ("tasks", "both"):
        asyncio.run(tasks([float(word) for word in rest] or [1, 2]))
    if what in ("transfers", "both"):
        transfers(rest or ["0:1:10", "1:0:20", "2:3:5"])


main(*sys.argv[1:])
