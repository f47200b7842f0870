import asyncio
import sys

import aiohttp

ATTEMPTS = 3


async def get(session, url):
    async with session.get(url) as response:
        await response.read()
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
    base, _, timeout, *paths = sys.argv[1:]
    timeout = int(timeout) / 1000
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        results = [
            await fetch(session, base + path, timeout) for path in paths
        ]
    for path, result in zip(paths, results):
        print(f"{path}: {result}")


asyncio.run(main())
