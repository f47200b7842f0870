"""A worker that goes wrong: the first time only, or each time.

    fake_worker.py HOW TIMES GRADE BUILD MARKS ... FOLDER CLAIMS

Each start leaves a file in MARKS. After TIMES starts it becomes the real worker, `GRADE __worker FOLDER CLAIMS`.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

HOW, TIMES, GRADE, BUILD, MARKS, FOLDER, CLAIMS = sys.argv[1:]


def mark(name, text=""):
    with open(os.path.join(MARKS, name), "w") as file:
        file.write(text)


begun = len(os.listdir(MARKS))
mark(f"start-{os.getpid()}")
if begun >= int(TIMES):
    os.execv(GRADE, ["grade", "__worker", FOLDER, CLAIMS])

orders = socket.socket(fileno=0)


def send(message):
    text = json.dumps(message).encode()
    orders.sendall(struct.pack(">I", len(text)) + text)


def receive():
    length = struct.unpack(">I", orders.recv(4, socket.MSG_WAITALL))[0]
    return json.loads(orders.recv(length, socket.MSG_WAITALL))


if HOW == "never-greets":
    time.sleep(1000)
if HOW == "stranger":
    send({"hello": {"protocol": 1, "build": "another"}})
    time.sleep(1000)
send({"hello": {"protocol": 1, "build": BUILD}})
order = receive()
if HOW == "exits":
    sys.exit(3)
if HOW == "is-killed":
    os.kill(os.getpid(), signal.SIGKILL)
if HOW == "hangs":
    # As the real one, it has a session of its own, and a child in it that would live on.
    os.setsid()
    child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    mark("child", str(child.pid))
    os.kill(os.getpid(), signal.SIGSTOP)
if HOW == "lives-and-does-nothing":
    while True:
        os.write(1, b".")
        time.sleep(0.05)
if HOW == "no-json":
    orders.sendall(struct.pack(">I", 5) + b"hello")
if HOW == "wrong-id":
    send({"answer": {"id": order["id"] + 1, "memory": 0, "answer": {"ran": {"Err": {"unsupported": "no"}}}}})
if HOW == "wrong-answer":
    send({"answer": {"id": order["id"], "memory": 0, "answer": {"built": {"Err": "interrupted"}}}})
if HOW == "too-long":
    orders.sendall(struct.pack(">I", 0xFFFFFFFF))
if HOW == "floods":
    while True:
        orders.sendall(b"y\n" * 10000)
if HOW == "closes":
    orders.shutdown(socket.SHUT_RDWR)
time.sleep(1000)
