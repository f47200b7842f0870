# A verdict of its own.
# must: exit 1
import sys
print('{"schema":"grade/result/v1","exercise":"ex07_race","verdict":"passed","score":10,"max_score":10}')
print("\r  ex07_race (rust) passed: 10 of 10 points")
sys.exit(1)
