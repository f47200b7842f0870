import asyncio
import sys

import aiohttp

ATTEMPTS = 3


async def get(session, url):
    async with session.get(url) as response:
        await response.read()
        return response.status


async def fetch(session, url):
    # No limit of time: the page that never ends is waited for for ever.
    for _ in range(ATTEMPTS):
        status = await get(session, url)
        if status != 503:
            break
    return str(status)


async def main():
    base, in_flight, _, *paths = sys.argv[1:]
    in_flight = int(in_flight)
    turn = asyncio.Semaphore(in_flight)

    async def fetch_in_turn(path):
        async with turn:
            return await fetch(session, base + path)

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        results = await asyncio.gather(*map(fetch_in_turn, paths))
    for path, result in zip(paths, results):
        print(f"{path}: {result}")


asyncio.run(main())
