import sys
print("before")
raise SystemExit(3)
