# Real time by what others do: the machine's load, interrupts, scheduler and processes outside.
# must: exit 0
# rung: namespaces
import os
# Of a network and processes of one's own these tell only of the run; of the machine none may be read to the nanosecond.
for path in ["/proc/timer_list", "/proc/sched_debug", "/sys/kernel/debug/sched/debug", "/proc/kmsg", "/dev/kmsg", "/dev/rtc0",
             "/dev/hpet", "/dev/ptp0", "/sys/class/rtc/rtc0/since_epoch", "/dev/cpu/0/msr"]:
    try:
        with open(path, "rb") as file:
            print("BREACH" if file.read(16) else "empty", path)
    except OSError as error:
        print("refused:", type(error).__name__)
