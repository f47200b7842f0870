# Makes folders until it dies.
# must: exit 1
# rung: namespaces
# refused: it made all of the 10000 files and folders that it may
import itertools, os
for number in itertools.count():
    os.mkdir(f"folder{number}")
