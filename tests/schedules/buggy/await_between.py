"""Two deposits read the balance, await, and write it back: the second begins when the first should long be done."""
import asyncio

balance = 100


async def read():
    await asyncio.sleep(0.002)
    return balance


async def write(value):
    global balance
    await asyncio.sleep(0.003)
    balance = value


async def deposit(after, amount):
    await asyncio.sleep(after)
    old = await read()
    await write(old + amount)


async def main():
    await asyncio.gather(deposit(0, 10), deposit(0.012, 20))
    print("RESULT", "ok" if balance == 130 else "lost")


asyncio.run(main())
