for number in range(5000):
    print(number, "x" * 100)
