import logging
import sys
import time

logging.basicConfig(format="%(levelname)s %(message)s")
print("start")
time.sleep(1)
logging.warning("careful")
sys.stdout.write("no ")
time.sleep(1)
print("newline before")
print("unfinished", end="")
sys.exit(3)
