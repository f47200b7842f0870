"""What a process dies of is the first deadly signal, however soon another one follows."""
import os
import signal
import subprocess
import time

print("start")
pairs = [(signal.SIGTERM, signal.SIGKILL), (signal.SIGTERM, signal.SIGINT), (signal.SIGUSR1, signal.SIGKILL)]
for first, second in pairs * 5:
    child = subprocess.Popen(["sleep", "100"], start_new_session=True)
    time.sleep(0.1)
    child.send_signal(first)
    os.killpg(child.pid, second)
    assert child.wait() == -first, (first, second, child.returncode)
print("died of the first")

# One that lives on is killed by the second; one that catches the first does what it wants to, or not.
child = os.fork()
if child == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(100)
time.sleep(0.1)
os.kill(child, signal.SIGTERM)
os.kill(child, signal.SIGKILL)
print("killed by", os.WTERMSIG(os.waitpid(child, 0)[1]))
