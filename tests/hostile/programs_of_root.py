# Programs that bring rights with them, by set-user-id or by capabilities of the file, by every name that they have.
# must: exit 0
import os, subprocess
for program in ["su", "sudo", "mount", "umount", "passwd", "newgrp", "chsh", "gpasswd", "pkexec", "ping", "newuidmap"]:
    for folder in ["/bin", "/usr/bin", "/usr/sbin"]:
        path = f"{folder}/{program}"
        if not os.path.exists(path):
            continue
        try:
            done = subprocess.run([path, "-c", "id -u"], capture_output=True, stdin=subprocess.DEVNULL, timeout=5)
        except PermissionError:
            continue  # so the kernel answers where the file's capabilities are beyond the bounding set
        if done.stdout.strip() == b"0":
            print("BREACH", path)
rights = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapPrm", "CapAmb"))]
print("BREACH rights" if any(int(right, 16) for right in rights) else "no rights")
