# Signals to the grader and to another process.
# must: exit 0
import os, signal, sys
for pid in [int(sys.argv[3]), int(sys.argv[4])]:
    for number in [0, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL]:
        try:
            os.kill(pid, number)
            print("BREACH", pid, number)
        except OSError as error:
            print("refused:", type(error).__name__)
try:
    os.kill(-1, signal.SIGKILL)
except OSError as error:
    print("refused:", type(error).__name__)
print("alive")
