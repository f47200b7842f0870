# So little of the processor as can be asked for, by itself and its children, while it is watched.
# must: exit 0
# cpu: 20
import ctypes, os, threading, time
for policy in (os.SCHED_BATCH, os.SCHED_IDLE):
    os.sched_setscheduler(0, policy, os.sched_param(0))
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    try:
        os.sched_setscheduler(0, policy, os.sched_param(1))
        print("BREACH real-time", policy)
    except PermissionError:
        pass
try:
    os.nice(-5)
    print("BREACH nice")
except PermissionError:
    pass
os.nice(19)
print(ctypes.CDLL(None).syscall(251, 1, 0, 3 << 13))
began = time.monotonic()
threads = [threading.Thread(target=time.sleep, args=(1,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done", round(time.monotonic() - began))
