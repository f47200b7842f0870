"""A stack by compare and swap, with a count of its changes beside the top: a node that was put back is another top."""
import threading


class Node:
    def __init__(self, name, below=None):
        self.name = name
        self.below = below


top = (Node("a", Node("b")), 0)
swapping = threading.Lock()
taken = []


def swap(old, new):
    global top
    with swapping:
        if top is old:
            top = new
            return True
        return False


def pop():
    while True:
        before = top
        node, changes = before
        if node is None:
            return None
        if swap(before, (node.below, changes + 1)):
            return node


def push(node):
    while True:
        before = top
        node.below = before[0]
        if swap(before, (node, before[1] + 1)):
            return


def take_one():
    taken.append(pop())


def take_two_and_put_one_back():
    first = pop()
    second = pop()
    taken.append(second)
    if first is not None:
        push(first)


threads = [threading.Thread(target=take_one), threading.Thread(target=take_two_and_put_one_back)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
left = []
node = top[0]
while node is not None:
    left.append(node)
    node = node.below
print("RESULT", "taken twice" if set(left) & set(taken) else "ok")
