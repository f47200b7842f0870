# The grader's own image, executed with its inner commands.
# must: exit 0
import os, subprocess
for pid in ["1", str(os.getppid())]:
    for command in ["__stage", "__supervise", "__fixture"]:
        try:
            done = subprocess.run([f"/proc/{pid}/exe", command], capture_output=True, timeout=5, stdin=subprocess.DEVNULL)
            print("BREACH ran as", pid, command, done.returncode)
        except OSError as error:
            print("refused:", type(error).__name__)
        except subprocess.TimeoutExpired:
            print("BREACH ran for long as", pid, command)
