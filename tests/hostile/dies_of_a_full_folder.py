# Fills the folder and dies of it.
# must: exit 1
# rung: namespaces
# refused: it used all of its 64 MiB of files
import itertools
for number in itertools.count():
    with open(f"file{number}", "wb") as file:
        file.write(b"x" * (4 << 20))
