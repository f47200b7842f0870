# Sleeps until the limit, in no time.
# must: limit time
import time
time.sleep(1e8)
