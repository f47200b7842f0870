# Writes one file until it dies.
# must: exit 1
# rung: landlock
# refused: it wanted to write more than 64 MiB to one file
with open("file", "wb") as file:
    while True:
        file.write(b"x" * (4 << 20))
