"""A task holds a thread's lock across an await, and another task of the same loop wants it."""
import asyncio
import threading

lock = threading.Lock()


async def task(name, pause):
    await asyncio.sleep(pause)
    with lock:
        print(name, "is in")
        await asyncio.sleep(0.002)
    print(name, "is out")


async def main():
    await asyncio.gather(task("one", 0.010), task("two", 0.020))


asyncio.run(main())
print("RESULT ok")
