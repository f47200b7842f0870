import asyncio
import sys

import aiohttp


async def fetch(session, semaphore, base, path, timeout, results, index):
    result = None
    for attempt in range(3):
        async with semaphore:
            try:
                async with session.get(base + path, timeout=timeout) as response:
                    await response.text()
                    result = response.status
            except asyncio.TimeoutError:
                result = "timeout"
        if result != 503:
            break
    results[index] = f"{path}: {result}"


async def main(base, n, timeout, *paths):
    semaphore = asyncio.Semaphore(int(n))
    timeout = aiohttp.ClientTimeout(total=int(timeout) / 1000)
    results = {}
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for index, path in enumerate(paths):
            group.create_task(
                fetch(session, semaphore, base, path, timeout, results, index)
            )
    for index in sorted(results):
        print(results[index])


asyncio.run(main(*sys.argv[1:]))
