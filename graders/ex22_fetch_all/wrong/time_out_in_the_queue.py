import asyncio
import sys

import aiohttp

ATTEMPTS = 3


async def get(session, url):
    async with session.get(url) as response:
        await response.read()
        return response.status


async def fetch(session, url):
    for _ in range(ATTEMPTS):
        try:
            status = await get(session, url)
        except TimeoutError:
            return "timeout"
        if status != 503:
            break
    return str(status)


async def main():
    base, in_flight, timeout, *paths = sys.argv[1:]
    in_flight, timeout = int(in_flight), int(timeout) / 1000

    # The session's limit of time begins before the connector's limit of
    # connections has let the request through.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=in_flight),
        timeout=aiohttp.ClientTimeout(total=timeout),
    ) as session:
        results = await asyncio.gather(
            *(fetch(session, base + path) for path in paths)
        )
    for path, result in zip(paths, results):
        print(f"{path}: {result}")


asyncio.run(main())
