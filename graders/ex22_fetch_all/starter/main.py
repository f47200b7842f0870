import asyncio
import sys

import aiohttp


async def fetch(session, url):
    """Gets one page and tells what became of it."""
    async with session.get(url) as response:
        await response.read()
        return str(response.status)


async def main():
    if len(sys.argv) < 4:
        sys.exit("usage: main BASE N TIMEOUT PATH...")
    base, limit, timeout, *paths = sys.argv[1:]
    limit, timeout = int(limit), int(timeout) / 1000

    # One after the other, however long each takes, and each just once.
    no_timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=no_timeout) as session:
        for path in paths:
            print(f"{path}: {await fetch(session, base + path)}")


if __name__ == "__main__":
    asyncio.run(main())
