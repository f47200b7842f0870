import asyncio


async def main():
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", "echo one; sleep 1; echo two; sleep 2; exit 5", stdout=asyncio.subprocess.PIPE)
    async for line in process.stdout:
        print("child said", line.decode().strip())
    print("code", await process.wait())
    process = await asyncio.create_subprocess_exec("sleep", "3600")
    try:
        await asyncio.wait_for(process.wait(), 2)
    except asyncio.TimeoutError:
        process.kill()
        print("killed", await process.wait())


print("start")
asyncio.run(main())
