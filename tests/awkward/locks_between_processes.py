import multiprocessing, time
def add(counter, lock):
    for _ in range(50):
        with lock:
            counter.value += 1
if __name__ == "__main__":
    counter, lock = multiprocessing.Value("i", 0, lock=False), multiprocessing.Lock()
    barrier = multiprocessing.Barrier(4)
    queue = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=add, args=(counter, lock)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    queue.put("through a queue")
    print(counter.value, queue.get())
