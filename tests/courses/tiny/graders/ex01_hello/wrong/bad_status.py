import sys

print("hello", sys.argv[1])
sys.exit(3)
