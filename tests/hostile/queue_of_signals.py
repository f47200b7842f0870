# Real-time signals, queued as many as there is room for, to itself and to children that are stopped or gone.
# must: exit 0
# cpu: 20
import ctypes, os, signal, time
libc = ctypes.CDLL(None)
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
child = os.fork()
if child == 0:
    time.sleep(1000)
os.kill(child, signal.SIGSTOP)
queued = 0
class Info(ctypes.Structure):
    _fields_ = [("signo", ctypes.c_int), ("errno", ctypes.c_int), ("code", ctypes.c_int), ("rest", ctypes.c_byte * 116)]
for pid in (os.getpid(), child):
    for number in range(4000):
        info = Info(34 + number % 28, 0, [-1, -6, -3, -60][number % 4])
        if libc.syscall(129, pid, info.signo, ctypes.byref(info)) == 0:
            queued += 1
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
while signal.sigtimedwait(range(34, 64), 0):
    pass
print("done", queued > 0)
