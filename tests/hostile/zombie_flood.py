# Children that nobody reaps.
# must: exit 0 or limit processes
import os
made = 0
try:
    while made < 300:
        if os.fork() == 0:
            os._exit(0)
        made += 1
except OSError as error:
    print("refused:", error.strerror)
print("made")
