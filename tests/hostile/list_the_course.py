# Looks for specs, solutions and grades.
# must: exit 0
import os
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/usr", "/sys", "/nix", "/lib", "/lib64")]
    for name in files:
        if name in ("spec.toml", "course.toml", "grade.db", "Cargo.lock"):
            print("BREACH", folder, name)
print("walked")
