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


def age(pid):
    start = int(read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[19]) / TICKS
    return uptime() - start


print("start")
# Before the first sleep our clock and the machine's differ by where they began alone, and that is not looked at.
time.sleep(1)
begin = uptime()
own = age("self")
print("young", 0 <= own < 60)
time.sleep(3600)
print("up", round(uptime() - begin), round(age(os.getpid()) - own))
print("as the clock", abs(time.clock_gettime(time.CLOCK_BOOTTIME) - uptime()) < 1)
print("calendar", abs(boot() + uptime() - time.time()) < 2)
child = subprocess.Popen(["sleep", "1000"])
time.sleep(500)
print("child", round(age(child.pid), -1), round(age(os.getpid()) - own, -1))
print("parent is older", age(os.getppid()) > age(os.getpid()))
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
child.kill()
child.wait()
