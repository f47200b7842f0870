from multiprocessing import shared_memory
made = shared_memory.SharedMemory(create=True, size=4096)
other = shared_memory.SharedMemory(name=made.name)
made.buf[0] = 42
print(other.buf[0])
other.close()
made.close()
made.unlink()
