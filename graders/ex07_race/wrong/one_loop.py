import asyncio
import logging
import sys

logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2


class Db:
    def __init__(self):
        self.value = 0
        self.lock = asyncio.Lock()

    async def update(self):
        logging.info("Update Started")
        logging.info("Sleeping")
        await asyncio.sleep(2)
        async with self.lock:
            value = self.value
            logging.info("Reading Value From Db: %d", value)
            logging.info("Updating Value")
            await asyncio.sleep(0.01)
            self.value = value + 1
            logging.info("Update Finished")


async def main():
    db = Db()
    await asyncio.gather(*(db.update() for _ in range(updates)))
    logging.info("Final value is %d", db.value)


# Right, but another exercise: here are no threads at all.
asyncio.run(main())
