"""The lock is one of the loop's own."""
import asyncio


lock = asyncio.Lock()


async def task(name, pause):
    await asyncio.sleep(pause)
    async with lock:
        print(name, "is in")
        await asyncio.sleep(0.002)
    print(name, "is out")


async def main():
    await asyncio.gather(task("one", 0.010), task("two", 0.020))


asyncio.run(main())
print("RESULT ok")
