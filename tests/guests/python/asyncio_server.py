import asyncio


async def serve(reader, writer):
    delay = float((await reader.readline()).decode())
    await asyncio.sleep(delay)
    writer.write(b"done\n")
    writer.close()


async def client(port, delay):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{delay}\n".encode())
    answer = await reader.readline()
    print(f"{delay} {answer.decode().strip()}")
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print("start")
    await asyncio.gather(*(client(port, delay) for delay in (2, 0.5, 1.5, 1)))


asyncio.run(main())
