# One condition for the whole bank, held for moments only: who finds both accounts free takes both.
import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from time import sleep


async def task(name, friend, seconds, parts):
    print(f"{name}: starts")
    await asyncio.sleep(seconds)
    print(f"{name}: ready")
    parts[name].set_result(name)
    got = await parts[friend]
    print(f"{name}: has {got}")


async def tasks(foo, boo):
    loop = asyncio.get_running_loop()
    parts = {"foo": loop.create_future(), "boo": loop.create_future()}
    async with asyncio.TaskGroup() as group:
        group.create_task(task("foo", "boo", foo, parts))
        group.create_task(task("boo", "foo", boo, parts))


class Bank:
    def __init__(self, accounts):
        self.balances = [100] * accounts
        self.taken = set()
        self.changed = Condition()

    def transfer(self, origin, target, amount):
        name = f"{origin}->{target}"
        print(f"{name}: starts\n", end="")
        with self.changed:
            self.changed.wait_for(lambda: not {origin, target} & self.taken)
            self.taken |= {origin, target}
            print(f"{name}: has {origin}\n{name}: has {target}\n", end="")
        sleep(0.3)
        with self.changed:
            self.balances[origin] -= amount
            self.balances[target] += amount
            print(f"{name}: done\n{name}: lets go of {target}\n{name}: lets go of {origin}\n", end="")
            self.taken -= {origin, target}
            self.changed.notify_all()


def transfers(words):
    wanted = [[int(number) for number in word.split(":")] for word in words]
    bank = Bank(1 + max(max(transfer[:2]) for transfer in wanted))
    with ThreadPoolExecutor(len(wanted)) as pool:
        for done in [pool.submit(bank.transfer, *transfer) for transfer in wanted]:
            done.result()
    for number, balance in enumerate(bank.balances):
        print(f"Account {number} has {balance}")


if sys.argv[1:2] == ["tasks"]:
    asyncio.run(tasks(*map(int, sys.argv[2:])))
elif sys.argv[1:2] == ["transfers"]:
    transfers(sys.argv[2:])
else:
    asyncio.run(tasks(1, 2))
    transfers(["0:1:10", "1:0:20", "2:3:5"])
