# Arguments that fill the stack.
# must: exit 0
import os
for size in [100_000, 10_000_000]:
    child = os.fork()
    if child == 0:
        try:
            os.execv("/bin/true", ["true"] + ["x" * 1000] * (size // 1000))
        except OSError as error:
            os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
