# Brothers that stop, continue and kill each other by the thousand, and themselves.
# must: exit 0
# cpu: 20
import os, random, signal, time
random.seed(7)
children = []
for number in range(6):
    pid = os.fork()
    if pid == 0:
        while True:
            time.sleep(0.001)
            if number % 2:
                os.kill(os.getpid(), signal.SIGSTOP)
    children.append(pid)
for _ in range(1500):
    os.kill(random.choice(children), random.choice([signal.SIGSTOP, signal.SIGCONT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGWINCH]))
    if random.random() < 0.1:
        os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
for pid in children:
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
for pid in children:
    while not os.WIFSIGNALED(os.waitpid(pid, 0)[1]):
        pass
print("done")
