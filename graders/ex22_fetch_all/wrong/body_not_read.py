import asyncio
import sys

import aiohttp

ATTEMPTS = 3


async def get(session, url):
    # The head is there. What about the rest?
    async with session.get(url) as response:
        return response.status


async def fetch(session, url, timeout):
    for _ in range(ATTEMPTS):
        try:
            async with asyncio.timeout(timeout):
                status = await get(session, url)
        except TimeoutError:
            return "timeout"
        if status != 503:
            break
    return str(status)


async def main():
    base, in_flight, timeout, *paths = sys.argv[1:]
    in_flight, timeout = int(in_flight), int(timeout) / 1000
    turn = asyncio.Semaphore(in_flight)

    async def fetch_in_turn(path):
        async with turn:
            return await fetch(session, base + path, timeout)

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        results = await asyncio.gather(*map(fetch_in_turn, paths))
    for path, result in zip(paths, results):
        print(f"{path}: {result}")


asyncio.run(main())
