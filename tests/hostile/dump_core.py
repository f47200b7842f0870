# Leaves no core file.
# must: signal 6
import os
os.abort()
