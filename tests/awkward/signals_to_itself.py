import os, signal
seen = []
for number in [signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 3]:
    signal.signal(number, lambda got, frame: seen.append(got))
    os.kill(os.getpid(), number)
signal.raise_signal(signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0.5)
signal.signal(signal.SIGALRM, lambda got, frame: seen.append("alarm"))
signal.pause()
print(seen)
