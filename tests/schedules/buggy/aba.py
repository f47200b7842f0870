"""A stack by compare and swap: a node that was taken and put back looks as if nothing had been."""
import threading


class Node:
    def __init__(self, name, below=None):
        self.name = name
        self.below = below


top = Node("a", Node("b"))
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
        node = top
        if node is None:
            return None
        below = node.below
        if swap(node, below):
            return node


def push(node):
    while True:
        node.below = top
        if swap(node.below, node):
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
while top is not None:
    left.append(top)
    top = top.below
print("RESULT", "taken twice" if set(left) & set(taken) else "ok")
