# A daemon that closed all and left group and session.
# must: exit 0
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1024):
            try:
                os.close(number)
            except OSError:
                pass
        while True:
            time.sleep(1000)
    os._exit(0)
os.wait()
print("gone")
