"""All fetches at once, and a semaphore that lets at most N of them through."""

import asyncio
import sys

import aiohttp

ATTEMPTS = 3


async def get(session, url):
    """One request, read to the end of its body."""
    async with session.get(url) as response:
        await response.read()
        return response.status


async def fetch(session, url, timeout):
    """Asks for one page, again while the server says 503."""
    for _ in range(ATTEMPTS):
        try:
            # Cancels the request when the time is over; leaving the
            # `async with` in `get` then closes it.
            async with asyncio.timeout(timeout):
                status = await get(session, url)
        except TimeoutError:
            return "timeout"
        if status != 503:
            break
    return str(status)


async def main():
    if len(sys.argv) < 4:
        sys.exit("usage: main BASE N TIMEOUT PATH...")
    base, in_flight, timeout, *paths = sys.argv[1:]
    in_flight, timeout = int(in_flight), int(timeout) / 1000

    turn = asyncio.Semaphore(in_flight)

    async def fetch_in_turn(path):
        # First the turn, then the clock: waiting here is not the page's fault.
        async with turn:
            return await fetch(session, base + path, timeout)

    # The session's own limits are off: ours are the rules.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        # `gather` keeps the order of its arguments, not of completion.
        results = await asyncio.gather(*map(fetch_in_turn, paths))

    for path, result in zip(paths, results):
        print(f"{path}: {result}")


if __name__ == "__main__":
    asyncio.run(main())
