"""An event loop with helpers that have nothing to do. Two customers, some time apart, each look at the stock, wait, and take from it."""
import asyncio
import threading

stock = 1


async def buy(after):
    global stock
    await asyncio.sleep(after)
    if stock > 0:
        await asyncio.sleep(0.004)
        stock -= 1


async def main():
    for _ in range(10):
        await asyncio.sleep(0.001)
    await asyncio.gather(buy(0.005), buy(0.014))


rest = threading.Event()
helpers = [threading.Thread(target=rest.wait) for _ in range(3)]
for helper in helpers:
    helper.start()
asyncio.run(main())
rest.set()
for helper in helpers:
    helper.join()
print("RESULT", "ok" if stock == 0 else stock)
