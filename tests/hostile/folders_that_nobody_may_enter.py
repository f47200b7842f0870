# Folders that their owner may neither read nor enter, with names as long as can be and contents, for whoever clears up.
# must: exit 0
import os
places = {os.path.realpath("."), os.path.realpath(os.environ["TMPDIR"])}
for place in places:
    for name in ("closed" + "x" * 240, "\n", "-", "\udcff\udcfe"):
        name = os.path.join(place, name)
        deep = os.path.join(name, "deep" + "y" * 240)
        os.makedirs(deep)
        with open(os.path.join(name, "file"), "w") as file:
            file.write("x")
        os.symlink("/etc", os.path.join(name, "link"))
        os.mkfifo(os.path.join(name, "pipe"))
        for path in (os.path.join(name, "file"), deep, name):
            os.chmod(path, 0)
for place in places:
    try:
        os.chmod(place, 0)
    except PermissionError:
        pass
print("done")
