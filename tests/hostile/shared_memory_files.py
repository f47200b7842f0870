# Memory by files: /dev/shm, holes that are filled, and files that nobody sees any more.
# must: exit 0 or limit memory
import os
total = 0
for folder in ["/dev/shm", os.environ["TMPDIR"], "."]:
    for number in range(40):
        try:
            file = os.open(f"{folder}/hostile{os.getpid()}-{number}", os.O_RDWR | os.O_CREAT)
            os.unlink(f"{folder}/hostile{os.getpid()}-{number}")
            os.posix_fallocate(file, 0, 16 << 20)
            total += 16
        except OSError as error:
            print(folder == ".", type(error).__name__)
            break
print("done", total > 0)
