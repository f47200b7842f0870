import asyncio
import sys

import aiohttp


async def fetch(number, url, gate, session, limit):
    async with gate:
        for attempt in (1, 2, 3):
            try:
                async with asyncio.timeout(limit), session.get(url) as response:
                    await response.read()
                    if response.status != 503 or attempt == 3:
                        return number, response.status
            except TimeoutError:
                return number, "timeout"


async def main():
    base, n, limit, *paths = sys.argv[1:]
    gate = asyncio.BoundedSemaphore(int(n))
    # A new connection for each request: slower, and just as right.
    connector = aiohttp.TCPConnector(force_close=True)
    done = []
    async with aiohttp.ClientSession(connector=connector) as session:
        tasks = [
            fetch(number, base + path, gate, session, int(limit) / 1000)
            for number, path in enumerate(paths)
        ]
        for task in asyncio.as_completed(tasks):
            done.append(await task)
    for number, result in sorted(done):
        print(f"{paths[number]}: {result}")


if __name__ == "__main__":
    asyncio.run(main())
