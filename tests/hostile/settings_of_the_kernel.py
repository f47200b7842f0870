# /proc/sys and its like.
# must: exit 0
for path in ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname", "/proc/1/oom_score_adj"]:
    try:
        open(path, "w").write("0")
        print("BREACH", path)
    except OSError as error:
        print("refused:", type(error).__name__)
