# Files where others would find them.
# must: exit 0
import os, sys
for folder in ["/", "/usr", "/usr/local/bin", "/etc", "/bin", "/var/tmp", "/home", "/root", "/run", "/dev", os.path.dirname("/" + sys.argv[1])]:
    try:
        open(os.path.join(folder, "grade-hostile-planted"), "w").write("x")
        print("BREACH", folder)
    except OSError as error:
        print("refused:", type(error).__name__)
