# A deadlock.
# must: stuck
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
