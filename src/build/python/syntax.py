"""Reads a submission as data, compiles it and runs nothing of it. Arguments: the file, the name to show."""

import sys

with open(sys.argv[1], "rb") as file:
    source = file.read()
try:
    compile(source, sys.argv[2], "exec", dont_inherit=True)
except Exception as error:
    # Drawn as the interpreter draws it; without our own frames.
    sys.excepthook(type(error), error.with_traceback(None), None)
    sys.exit(1)
