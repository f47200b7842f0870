# The engine's table: six sleeps at once, and what gather gives back.
import asyncio
import time


async def work(seconds):
    await asyncio.sleep(seconds)
    print(f"slept {seconds} s")
    return seconds


async def main():
    start = time.monotonic()
    results = await asyncio.gather(*(work(seconds) for seconds in range(6, 0, -1)))
    print(results, f"after {time.monotonic() - start:.1f} s")


print("start")
asyncio.run(main())
