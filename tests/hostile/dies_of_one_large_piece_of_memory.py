# More memory in one piece than there may be, without touching it.
# must: exit 1
# refused: it wanted more than 1536 MiB of memory at once
pieces = bytearray(1 << 34)
print("BREACH it got it")
