import logging
import os
import sys
import time

logging.basicConfig(format="%(levelname)s %(message)s")
print("start")
time.sleep(1)
logging.warning("careful")
sys.stdout.write("no ")
time.sleep(1)
print("newline before")
print("unfinished", end="", flush=True)
# The interpreter's own end computes for milliseconds, on a busy machine for ten.
os._exit(3)
