import threading, time
results = []
def work(number):
    time.sleep(number / 1000)
    results.append(number)
threads = [threading.Thread(target=work, args=(number,)) for number in range(100)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results) == list(range(100)))
