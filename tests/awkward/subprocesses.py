import subprocess, sys
print(subprocess.run(["sh", "-c", "echo $0 $((6 * 7)) | tr a-z A-Z", "shell"], capture_output=True, text=True).stdout)
print(subprocess.run([sys.executable, "-c", "print('again')"], capture_output=True, text=True).stdout)
print(subprocess.run(["sleep", "5"]).returncode, subprocess.run("exit 3", shell=True).returncode)
try:
    subprocess.run(["sleep", "100"], timeout=2)
except subprocess.TimeoutExpired as error:
    print(type(error).__name__)
