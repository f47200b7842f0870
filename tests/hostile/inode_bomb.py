# Empty folders without end.
# must: exit 0
# rung: namespaces
import os
made = 0
try:
    while made < 50000:
        os.mkdir(f"/tmp/{made}")
        made += 1
except OSError as error:
    print("refused:", error.strerror)
print("BREACH" if made >= 50000 else "bounded")
