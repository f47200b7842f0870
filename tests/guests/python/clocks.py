# Every clock tells the same, and a clock that was read is never found where it was.
import datetime
import os
import time

print("start")
names = ("time", "monotonic", "perf_counter")
before = [getattr(time, name)() for name in names]
day = datetime.datetime.now()
cpu = time.process_time()
time.sleep(3600)
for name, begin in zip(names, before):
    print(name, round(getattr(time, name)() - begin))
print("datetime", round((datetime.datetime.now() - day).total_seconds()))
print("cpu", time.process_time() - cpu < 1)
for clock in ("REALTIME", "MONOTONIC", "MONOTONIC_RAW", "BOOTTIME", "TAI"):
    number = getattr(time, f"CLOCK_{clock}")
    reads = [time.clock_gettime_ns(number) for _ in range(100)]
    print(clock, all(first < second for first, second in zip(reads, reads[1:])))
print(time.strftime("%Y-%m-%d", time.gmtime()))
