"""Two processes count in memory that they share, under its lock."""
from multiprocessing import Process, Value


def work(value):
    for _ in range(30):
        with value.get_lock():
            value.value += 1


if __name__ == "__main__":
    value = Value("i", 0)
    workers = [Process(target=work, args=(value,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("RESULT ok" if value.value == 60 else f"RESULT {value.value}")
