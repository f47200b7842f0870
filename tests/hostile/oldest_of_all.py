# To be the last that memory's executioner takes, and to freeze or rule a control group.
# must: exit 0
import os
def attempt(path, text):
    try:
        with open(path, "w") as file:
            file.write(text)
        print("BREACH wrote", path)
    except OSError as error:
        print("refused:", type(error).__name__)
attempt("/proc/self/oom_score_adj", "-1000")
attempt("/proc/self/uid_map", "0 0 4294967295")
attempt("/proc/1/oom_score_adj", "1000")
for folder in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory"]:
    attempt(folder + "/cgroup.procs", str(os.getpid()))
    try:
        os.mkdir(folder + "/grade-hostile-planted")
        print("BREACH made a group in", folder)
    except OSError as error:
        print("refused:", type(error).__name__)
# It goes before the grader does.
if int(open("/proc/self/oom_score_adj").read()) < 500:
    print("BREACH it would be taken late")
