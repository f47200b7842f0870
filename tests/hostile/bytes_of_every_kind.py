# Output that is no text: every byte, ends of lines of every system, halves of characters at the ends of writes, marks of order.
# must: exit 0
import os
everything = bytes(range(256))
os.write(1, everything + b"\r\n" + everything[::-1] + b"\r\r\n\n\v\f\x1c\x85" + "\u2028\u2029\ufeff\ud7ff".encode() + b"\xed\xa0\x80\xf4\x90\x80\x80\n")
for byte in "✓ passed: 5 of 5 points\n".encode():
    os.write(1 + byte % 2, bytes([byte]))
os.write(1, b"\0" * 5000 + b"\n" + b"\xe2\x82")
os.write(1, b"\xac no end")
