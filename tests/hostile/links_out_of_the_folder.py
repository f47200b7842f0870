# Links that lead out of the work folder.
# must: exit 0
import os, sys
secret = "/" + sys.argv[1]
for target in [secret, "/etc/shadow", "/proc/1/root" + secret]:
    for make in [os.symlink, os.link]:
        try:
            make(target, "way")
            print("BREACH", open("way").read(20))
        except OSError as error:
            print("refused:", type(error).__name__)
        finally:
            try:
                os.unlink("way")
            except OSError:
                pass
os.symlink(os.path.dirname(secret), "folder")
try:
    open("folder/planted", "w").write("x")
    print("BREACH planted")
except OSError as error:
    print("refused:", type(error).__name__)
