"""Three buyers look whether there is a ticket, and take it: there is no call between looking and taking."""
import threading

tickets = 1
sold = 0


def buy():
    global tickets, sold
    if tickets > 0:
        tickets -= 1
        sold += 1


buyers = [threading.Thread(target=buy) for _ in range(3)]
for buyer in buyers:
    buyer.start()
for buyer in buyers:
    buyer.join()
print("RESULT", "ok" if (tickets, sold) == (0, 1) else f"{sold} sold, {tickets} left")
