"""Reads a submission as data, compiles it and runs nothing of it. Arguments: the file, the name to show."""

import sys


def strictly(source, name):
    """Refuses what `python main.py` refuses and `compile` may take: bytes of no declared encoding, in a comment."""
    try:
        source.decode()
    except UnicodeDecodeError as error:
        from tokenize import cookie_re

        if any(cookie_re.match(line.decode("latin-1")) for line in source.split(b"\n", 2)[:2]):
            return
        line = source.count(b"\n", 0, error.start) + 1
        what = f"Non-UTF-8 code starting with '\\x{source[error.start]:02x}', but no encoding declared: save it as UTF-8"
        raise SyntaxError(what, (name, line, None, None))


with open(sys.argv[1], "rb") as file:
    source = file.read()
try:
    strictly(source, sys.argv[2])
    compile(source, sys.argv[2], "exec", dont_inherit=True)
except Exception as error:
    # Drawn as the interpreter draws it; without our own frames.
    error.__context__ = None
    sys.excepthook(type(error), error.with_traceback(None), None)
    sys.exit(1)
