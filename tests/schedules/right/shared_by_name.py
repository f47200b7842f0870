"""Two processes find memory by its name, each under an address of its own, and count in it, one at a time."""
import struct
from multiprocessing import Lock, Process
from multiprocessing.shared_memory import SharedMemory


def work(name, lock):
    memory = SharedMemory(name=name)
    for _ in range(20):
        with lock:
            value = struct.unpack_from("i", memory.buf)[0]
            struct.pack_into("i", memory.buf, 0, value + 1)
    memory.close()


if __name__ == "__main__":
    lock = Lock()
    memory = SharedMemory(create=True, size=64)
    workers = [Process(target=work, args=(memory.name, lock)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    value = struct.unpack_from("i", memory.buf)[0]
    memory.close()
    memory.unlink()
    print("RESULT ok" if value == 40 else f"RESULT {value}")
