# The init of its namespace, or of the machine.
# must: exit 0
import os, signal
for number in [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT]:
    try:
        os.kill(1, number)
    except OSError as error:
        print("refused:", type(error).__name__)
print("still here")
