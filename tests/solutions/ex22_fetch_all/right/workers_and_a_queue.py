import asyncio
import logging
import sys

import aiohttp

logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
base, n, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) / 1000
paths = sys.argv[4:]
results = [None] * len(paths)


async def get(session, path):
    async with session.get(f"{base}{path}") as response:
        async for _ in response.content.iter_any():
            pass
        return str(response.status)


async def worker(session, queue):
    while not queue.empty():
        index, path = queue.get_nowait()
        attempts = 0
        while attempts < 3:
            attempts += 1
            try:
                results[index] = await asyncio.wait_for(get(session, path), limit)
            except asyncio.TimeoutError:
                results[index] = "timeout"
            if results[index] != "503":
                break


async def main():
    queue = asyncio.Queue()
    for item in enumerate(paths):
        queue.put_nowait(item)
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*[worker(session, queue) for _ in range(n)])
    for path, result in zip(paths, results):
        logging.info("%s: %s", path, result)


asyncio.run(main())
