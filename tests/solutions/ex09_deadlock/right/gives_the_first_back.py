# Who cannot have the second account soon gives the first one back, and comes again after a while of its own.
import asyncio
import random
import sys
import threading
import time


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def make(name, seconds, made):
    say(f"{name}: starts")
    await asyncio.sleep(seconds)
    say(f"{name}: ready")
    async with made:
        made.parts.add(name)
        made.notify_all()
        other = "boo" if name == "foo" else "foo"
        await made.wait_for(lambda: other in made.parts)
    say(f"{name}: has {other}")


async def tasks(foo, boo):
    made = asyncio.Condition()
    made.parts = set()
    await asyncio.wait([asyncio.ensure_future(make("foo", foo, made)), asyncio.ensure_future(make("boo", boo, made))])


def take_both(first, second):
    while True:
        first.acquire()
        if second.acquire(timeout=0.01):
            return
        first.release()
        time.sleep(random.uniform(0.001, 0.02))


def book(locks, balances, origin, target, amount):
    name = f"{origin}->{target}"
    say(f"{name}: starts")
    take_both(locks[origin], locks[target])
    say(f"{name}: has {origin}")
    say(f"{name}: has {target}")
    time.sleep(0.3)
    balances[origin] -= amount
    balances[target] += amount
    say(f"{name}: done")
    for account in (target, origin):
        say(f"{name}: lets go of {account}")
        locks[account].release()


def transfers(words):
    wanted = [tuple(map(int, word.split(":"))) for word in words]
    count = max(max(a, b) for a, b, _ in wanted) + 1
    locks = [threading.Semaphore(1) for _ in range(count)]
    balances = [100] * count
    threads = [threading.Thread(target=book, args=(locks, balances, *one), daemon=True) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    for number, balance in enumerate(balances):
        say(f"Account {number} has {balance}")


match sys.argv[1:]:
    case ["tasks", foo, boo]:
        asyncio.run(tasks(int(foo), int(boo)))
    case ["transfers", *words]:
        transfers(words)
    case []:
        asyncio.run(tasks(1, 2))
        transfers(["0:1:10", "1:0:20", "2:3:5"])
