# Files of the system that are nobody's business.
# must: exit 0
for path in ["/etc/shadow", "/etc/sudoers", "/root/.bashrc", "/root/.ssh/id_ed25519", "/var/log/syslog", "/boot/config"]:
    try:
        open(path).read(1)
        print("BREACH", path)
    except OSError as error:
        print("refused:", type(error).__name__)
