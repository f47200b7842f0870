# A library of its own for its children, a path of programs, an interpreter's start file: all of it stays in the run.
# must: exit 0
import os, subprocess, sys
os.makedirs("bin", exist_ok=True)
for name in ["grade", "python3", "true"]:
    with open("bin/" + name, "w") as file:
        file.write("#!/bin/sh\necho mine\n")
    os.chmod("bin/" + name, 0o755)
open("sitecustomize.py", "w").write("print('mine')\n")
environment = dict(os.environ, PATH=os.getcwd() + "/bin:/usr/bin:/bin", LD_PRELOAD=os.getcwd() + "/no.so", PYTHONPATH=os.getcwd())
print(subprocess.run(["sh", "-c", "true; grade"], env=environment, capture_output=True).stdout)
