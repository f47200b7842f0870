# Without any stream.
# must: exit 0
import os
os.closerange(0, 1024)
