# Children in sessions of their own that write when the program has ended.
# must: exit 0 or limit output
import os, sys, time
for _ in range(6):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                os.write(1, b"BREAC" + b"x" * 60_000 + b"\n")
                os.write(2, b"y" * 60_000 + b"\n")
        os._exit(0)
print("the parent leaves", flush=True)
