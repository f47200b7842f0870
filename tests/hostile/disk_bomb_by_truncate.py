# A huge file by one call.
# must: exit 0
import os
try:
    with open("sparse", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 40)
    print("BREACH")
except OSError as error:
    print("refused:", error.strerror)
