import os, tempfile
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
    open(os.path.join(folder, "a"), "w").write("text")
    file.write(b"bytes")
    print(os.listdir(folder), open(os.path.join(folder, "a")).read())
open("in the work folder", "w").write("x")
os.rename("in the work folder", "moved")
os.mkdir("folder")
print(sorted(os.listdir(".")))
