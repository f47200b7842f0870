# Deadlines that were set one after another for the same moment keep their order.
import asyncio
import sched
import time


async def main():
    tasks = [asyncio.create_task(asyncio.sleep(1, number)) for number in range(8)]
    order = []
    for task in tasks:
        task.add_done_callback(lambda done: order.append(done.result()))
    await asyncio.gather(*tasks)
    print(order)


print("start")
asyncio.run(main())
scheduler = sched.scheduler(time.monotonic, time.sleep)
for delay, text in ((2, "two"), (1, "one"), (3, "three")):
    scheduler.enter(delay, 1, print, (text,))
scheduler.run()
