# Each account is a pipe with one token in it; the parts are made by a barrier's meeting.
import asyncio
import os
import sys
import threading
import time


async def task(name, friend, seconds, both):
    print(f"{name}: starts", flush=True)
    await asyncio.to_thread(time.sleep, seconds)
    print(f"{name}: ready", flush=True)
    await both.wait()
    print(f"{name}: has {friend}", flush=True)


async def tasks(foo, boo):
    both = asyncio.Barrier(2)
    await asyncio.gather(task("foo", "boo", foo, both), task("boo", "foo", boo, both))


class Account:
    def __init__(self, number):
        self.number, self.balance = number, 100
        self.read, self.write = os.pipe()
        os.write(self.write, b"t")

    def __enter__(self):
        os.read(self.read, 1)

    def __exit__(self, *_):
        os.write(self.write, b"t")


def line(text):
    os.write(1, (text + "\n").encode())


def book(low, high, amount, name):
    line(f"{name}: starts")
    with low:
        line(f"{name}: has {low.number}")
        with high:
            line(f"{name}: has {high.number}")
            time.sleep(0.3)
            low.balance -= amount
            high.balance += amount
            line(f"{name}: done")
            line(f"{name}: lets go of {high.number}")
        line(f"{name}: lets go of {low.number}")


def transfers(words):
    wanted = [tuple(map(int, word.split(":"))) for word in words]
    accounts = [Account(number) for number in range(1 + max(max(a, b) for a, b, _ in wanted))]
    threads = []
    for a, b, amount in wanted:
        low, high, amount_up = (a, b, amount) if a < b else (b, a, -amount)
        name = f"{a}->{b}"
        threads.append(threading.Thread(target=book, args=(accounts[low], accounts[high], amount_up, name)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    for account in accounts:
        line(f"Account {account.number} has {account.balance}")


if len(sys.argv) < 2 or sys.argv[1] == "tasks":
    asyncio.run(tasks(*(map(int, sys.argv[2:4]) if len(sys.argv) > 2 else (1, 2))))
if len(sys.argv) < 2 or sys.argv[1] == "transfers":
    transfers(sys.argv[2:] or ["0:1:10", "1:0:20", "2:3:5"])
