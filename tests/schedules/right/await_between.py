"""Two deposits read the balance, await, and write it back, under a lock."""
import asyncio

balance = 100


async def read():
    await asyncio.sleep(0.002)
    return balance


async def write(value):
    global balance
    await asyncio.sleep(0.003)
    balance = value


async def deposit(lock, after, amount):
    await asyncio.sleep(after)
    async with lock:
        old = await read()
        await write(old + amount)


async def main():
    lock = asyncio.Lock()
    await asyncio.gather(deposit(lock, 0, 10), deposit(lock, 0.012, 20))
    print("RESULT", "ok" if balance == 130 else "lost")


asyncio.run(main())
