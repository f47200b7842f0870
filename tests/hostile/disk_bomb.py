# Files without end.
# must: exit 0
# rung: namespaces
written = 0
try:
    for number in range(1000):
        with open(f"/tmp/{number}", "wb") as file:
            for _ in range(64):
                written += file.write(b"x" * (1 << 20))
except OSError as error:
    print("refused:", error.strerror)
print("BREACH" if written > 80 << 20 else "bounded")
