# Set-user-id programs, by every name that they have.
# must: exit 0
import os, subprocess
for program in ["su", "sudo", "mount", "umount", "passwd", "newgrp", "chsh", "gpasswd", "pkexec", "ping", "newuidmap"]:
    for folder in ["/bin", "/usr/bin", "/usr/sbin"]:
        path = f"{folder}/{program}"
        if not os.path.exists(path):
            continue
        done = subprocess.run([path, "-c", "id -u"], capture_output=True, stdin=subprocess.DEVNULL, timeout=5)
        if done.stdout.strip() == b"0":
            print("BREACH", path)
rights = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm", "CapAmb"))]
print("BREACH rights" if any(int(right, 16) for right in rights) else "no rights")
