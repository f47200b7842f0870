"""Two buyers check the stock, then take from it."""
import threading
import time

stock = 1
sold = 0


def buy():
    global stock, sold
    if stock > 0:
        time.sleep(0.001)
        stock -= 1
        sold += 1


first = threading.Thread(target=buy)
second = threading.Thread(target=buy)
first.start()
time.sleep(0.01)
second.start()
first.join()
second.join()
print("RESULT", "ok" if sold == 1 else "sold twice")
