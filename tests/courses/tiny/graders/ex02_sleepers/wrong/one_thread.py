print("slept")
print("slept")
