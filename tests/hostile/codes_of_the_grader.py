# An exit code that looks like ours.
# must: exit 124
import os
os._exit(124)
