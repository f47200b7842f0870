# Output without end.
# must: limit output
while True:
    print("x" * 1000)
