# Its own program, which the next run executes again.
# must: exit 0
# rung: namespaces
import os
for attempt in [lambda: open(__file__, "a").write("x"), lambda: os.chmod(__file__, 0o777), lambda: os.unlink(__file__), lambda: os.rename(__file__, "x")]:
    try:
        attempt()
        print("BREACH")
    except OSError as error:
        print("refused:", type(error).__name__)
