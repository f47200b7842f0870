# fails: others-overlap
# A gate that is held while waiting for an account: nobody can get stuck, but those who wait at it may want other accounts.
import asyncio
import sys
import threading
import time

GATE = threading.Lock()


async def task(name, friend, seconds, mine, theirs):
    print(f"{name}: starts", flush=True)
    await asyncio.sleep(seconds)
    print(f"{name}: ready", flush=True)
    mine.set()
    await theirs.wait()
    print(f"{name}: has {friend}", flush=True)


async def tasks(foo_seconds, boo_seconds):
    foo, boo = asyncio.Event(), asyncio.Event()
    await asyncio.gather(task("foo", "boo", foo_seconds, foo, boo), task("boo", "foo", boo_seconds, boo, foo))


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def book(locks, balances, origin, target, amount):
    name = f"{origin}->{target}"
    say(f"{name}: starts")
    with GATE:
        locks[origin].acquire()
        say(f"{name}: has {origin}")
        locks[target].acquire()
        say(f"{name}: has {target}")
    time.sleep(0.3)
    balances[origin] -= amount
    balances[target] += amount
    say(f"{name}: done")
    say(f"{name}: lets go of {target}")
    locks[target].release()
    say(f"{name}: lets go of {origin}")
    locks[origin].release()


def transfers(words):
    wanted = [tuple(map(int, word.split(":"))) for word in words]
    count = max(max(a, b) for a, b, _ in wanted) + 1
    locks = [threading.Lock() for _ in range(count)]
    balances = [100] * count
    threads = [threading.Thread(target=book, args=(locks, balances, *one)) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
