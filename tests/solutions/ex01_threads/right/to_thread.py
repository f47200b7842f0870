import asyncio
import sys
import time


def delay(seconds):
    print(f"DELAY {seconds} received", flush=True)
    time.sleep(seconds)
    print(f"Printing DELAY {seconds}", flush=True)


async def main():
    delays = list(map(int, sys.argv[1:])) or [3, 2]
    print("Main started", flush=True)
    async with asyncio.TaskGroup() as group:
        for seconds in delays:
            group.create_task(asyncio.to_thread(delay, seconds))
        await asyncio.sleep(0)
        print("Main goes on", flush=True)
    print("Main ended", flush=True)


asyncio.run(main())
