import asyncio


async def patient():
    try:
        await asyncio.sleep(3600)
    finally:
        print("cancelled")


async def main():
    try:
        await asyncio.wait_for(patient(), 1.5)
    except asyncio.TimeoutError:
        print("timed out")
    done, pending = await asyncio.wait(
        [asyncio.create_task(asyncio.sleep(delay, delay)) for delay in (0.5, 1, 9)], timeout=2)
    print(sorted(task.result() for task in done), len(pending))
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.7, event.set)
    await event.wait()
    print("event")
    loop = asyncio.get_running_loop()
    for text, delay in (("c", 0.3), ("a", 0.1), ("b", 0.2)):
        loop.call_later(delay, print, text)
    await asyncio.to_thread(__import__("time").sleep, 1)
    print("thread done")


print("start")
asyncio.run(main())
