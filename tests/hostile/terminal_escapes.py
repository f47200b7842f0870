# What a terminal would act on.
# must: exit 0
print("\x1b]0;owned\x07\x1b[2J\x1b[1A\u202epassed\u202c \x9b31m")
