# Devices.
# must: exit 0
import os
for path in ["/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/pts/0", "/dev/loop-control"]:
    try:
        os.open(path, os.O_RDWR)
        print("BREACH", path)
    except OSError as error:
        print("refused:", type(error).__name__)
try:
    os.mknod("disk", 0o60666, os.makedev(8, 0))
    print("BREACH mknod")
except OSError as error:
    print("refused:", type(error).__name__)
