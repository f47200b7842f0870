import multiprocessing
import os
import time


def producer(queue):
    for number in range(3):
        time.sleep(1)
        queue.put(number)
    queue.put(None)


def waiter(event, lock):
    with lock:
        print("woken:", event.wait(60))


if __name__ == "__main__":
    print("start")
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=producer, args=(queue,))
    child.start()
    while (number := queue.get()) is not None:
        print("got", number)
    child.join()
    ends = multiprocessing.Pipe()
    print("poll:", ends[0].poll(1.5))
    event, lock = multiprocessing.Event(), multiprocessing.Lock()
    lock.acquire()
    print("lock:", lock.acquire(timeout=0.5))
    lock.release()
    child = multiprocessing.Process(target=waiter, args=(event, lock))
    child.start()
    child.join(2)
    print("alive:", child.is_alive())
    event.set()
    child.join()
    child = multiprocessing.Process(target=time.sleep, args=(3600,))
    child.start()
    child.join(1)
    child.terminate()
    child.join()
    print("code", child.exitcode)
