import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

lock = threading.RLock()
db = {"value": 0}


def update():
    print("Update Started")
    print("Sleeping")
    time.sleep(2)
    with lock:
        value = db["value"]
        print(f"Reading Value From Db: {value}")
        print("Updating Value")
        time.sleep(0.01)
        db["value"] = value + 1
        print("Update Finished")


async def main():
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(updates) as executor:
        await asyncio.gather(
            *(loop.run_in_executor(executor, update) for _ in range(updates))
        )
    print(f"Final value is {db['value']}")


asyncio.run(main())
