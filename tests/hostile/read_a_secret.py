# A file of the grader, by its path and around it.
# must: exit 0
import os, sys
path = "/" + sys.argv[1]
for attempt in [lambda: open(path).read(), lambda: os.listdir(os.path.dirname(path)), lambda: open("/proc/self/root" + path).read(),
                lambda: open("/proc/1/root" + path).read(), lambda: open("/proc/self/cwd/../../../../.." + path).read()]:
    try:
        print("BREACH", attempt())
    except OSError as error:
        print("refused:", type(error).__name__)
