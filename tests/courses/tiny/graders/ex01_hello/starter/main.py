# Say hello to the name in sys.argv[1].
print("hello")
