# fails: three-attempts
import asyncio
import sys

import aiohttp


async def fetch(session, turn, url, limit):
    async with turn:
        for _ in range(5):
            try:
                async with asyncio.timeout(limit):
                    async with session.get(url) as response:
                        await response.read()
            except TimeoutError:
                return "timeout"
            if response.status != 503:
                break
        return response.status


async def main():
    base, n, limit, *paths = sys.argv[1:]
    turn = asyncio.Semaphore(int(n))
    async with aiohttp.ClientSession() as session:
        results = await asyncio.gather(
            *(fetch(session, turn, base + p, int(limit) / 1000) for p in paths)
        )
    for path, result in zip(paths, results):
        print(f"{path}: {result}")


asyncio.run(main())
