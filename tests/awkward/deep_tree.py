import os
depth = 0
while depth < 20:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        print(depth, os.waitstatus_to_exitcode(status), flush=True)
        os._exit(depth)
    depth += 1
os._exit(depth)
