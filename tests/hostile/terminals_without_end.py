# As many terminals as there are.
# must: exit 0
import os
count = 0
try:
    while count < 5000:
        os.openpty()
        count += 1
except OSError as error:
    print("refused:", type(error).__name__)
print("BREACH" if count > 64 else "few", count > 64)
