import subprocess
import time

print("start")
try:
    subprocess.run(["sleep", "3600"], timeout=2)
except subprocess.TimeoutExpired:
    print("expired")
print(subprocess.run("sleep 1; echo text; exit 4", shell=True, capture_output=True))
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
time.sleep(0.5)
print(child.communicate("hello", timeout=60)[0])
children = [subprocess.Popen(["sleep", str(seconds)]) for seconds in (3, 1, 2)]
print([child.wait() for child in children])
subprocess.run(["sh", "-c", "echo from the child; echo complaint >&2"])
sleeper = subprocess.Popen(["sleep", "3600"])
try:
    sleeper.wait(timeout=0.5)
except subprocess.TimeoutExpired:
    sleeper.terminate()
print("ended with", sleeper.wait())
