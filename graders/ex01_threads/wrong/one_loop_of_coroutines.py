import asyncio
import logging
import sys

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
delays = [int(word) for word in sys.argv[1:]] or [3, 2]

async def delay(seconds):
    logging.info("DELAY %d received", seconds)
    await asyncio.sleep(seconds)
    logging.info("Printing DELAY %d", seconds)


async def main():
    logging.info("Main started")
    tasks = [asyncio.create_task(delay(seconds)) for seconds in delays]
    await asyncio.sleep(0)
    logging.info("Main goes on")
    await asyncio.gather(*tasks)
    logging.info("Main ended")


# At the same time, but all on one thread.
asyncio.run(main())
