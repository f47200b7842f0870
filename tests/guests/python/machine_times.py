# What /proc tells of the machine's and of processes' ages goes with the clock: as psutil, ps and uptime read it.
import os
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def read(path):
    with open(path) as file:
        return file.read()


def uptime():
    return float(read("/proc/uptime").split()[0])


def boot():
    return next(int(line.split()[1]) for line in read("/proc/stat").splitlines() if line.startswith("btime"))


def start(pid):
    return int(read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[19])


def age(pid):
    return uptime() - start(pid) / TICKS


print("start")
# Who watches processes knows each by its number and its start, which is the same before and after a sleep.
early = subprocess.Popen(["sleep", "10000"])
watched = [os.getpid(), early.pid, os.getppid()]
known = [start(pid) for pid in watched]
before = uptime()
time.sleep(1)
print("the same processes", known == [start(pid) for pid in watched])
begin = uptime()
print("goes on", 0.9 < begin - before < 1.2)
own = age("self")
print("young", 0 <= own < 60)
time.sleep(3600)
print("up", round(uptime() - begin), round(age(os.getpid()) - own))
print("calendar", abs(boot() + uptime() - time.time()) < 2)
child = subprocess.Popen(["sleep", "1000"])
time.sleep(500)
print("child", round(age(child.pid), -1), round(age(os.getpid()) - own, -1))
print("parent is no younger", start(os.getppid()) <= start(os.getpid()))
folder = os.open(f"/proc/{child.pid}", os.O_RDONLY)
file = os.open("stat", os.O_RDONLY, dir_fd=folder)
fields = os.read(file, 4096).rsplit(b")", 1)[1].split()
print("by its folder", int(fields[19]) / TICKS > begin, os.get_inheritable(file))
try:
    read("/proc/999999999/stat")
except FileNotFoundError:
    print("nobody")
# A program that began after the first sleep, and computes for as long as it likes.
until = time.monotonic() + 10
told = subprocess.run(["cat", "/proc/uptime"], capture_output=True, text=True, check=True).stdout
time.sleep(until - time.monotonic())
print("new program", 0 < uptime() - float(told.split()[0]) < 11)
print("still", known == [start(pid) for pid in watched])
early.kill()
early.wait()
child.kill()
child.wait()
