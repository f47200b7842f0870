#!/usr/bin/env python3
"""The tests of control groups under version 2 with its memory controller, in a virtual machine that has nothing else.

    cargo test --no-run --test control_groups
    tests/control_groups_v2.py --kernel /boot/vmlinuz-6.12.1-amd64

For machines whose controllers are bound to version 1. It needs a kernel image (of a distribution's package `linux-image-*`;
nothing is loaded but what is built in), `qemu-system-x86_64`, a static `busybox`, `ldd`, and /usr/bin/python3 for the guests;
it takes some minutes, with --accelerator kvm less. Nothing is installed, and what is made lies in one temporary folder.

In the machine the tests run as root at the top, as root in a session beside others, as a user in a scope that was delegated to
him alone (as `systemd-run --user --scope -p Delegate=yes` does it), in one that he shares, and in one that is not his. Each
time `grade doctor` must find groups, or not, as it should, and afterwards none may be left. The exit status is 1 when a test
failed.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DONE = "every scenario was run"

# Where the scenarios begin: the kernel starts it in what it has unpacked, whose root cannot be changed by pivot_root(2).
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /new
/bin/busybox mount -t tmpfs -o size=90%,mode=755 new /new
cd /
for part in *; do [ "$part" = new ] || /bin/busybox cp -a "$part" /new/; done
exec /bin/busybox switch_root /new /scenarios
"""

SCENARIOS = """#!/bin/busybox sh
export PATH=/usr/bin:/bin
/bin/busybox --install -s /bin
for folder in proc sys dev tmp root; do mkdir -p /$folder; done
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm && mount -t tmpfs -o mode=1777 shm /dev/shm && mount -t tmpfs -o mode=1777 tmp /tmp
mount -t cgroup2 -o nsdelegate groups /sys/fs/cgroup
ip link set lo up
TOP=/sys/fs/cgroup
ENTER='echo $$ > "$0/cgroup.procs" && exec "$@"'

# Runs the tests, by the command "$@" in front of them: NAME, whether there must be groups, GROUP, ...
scenario() {
    name=$1 wanted=$2 group=$3
    shift 3
    echo "== $name"
    sh -c "$ENTER" "$group" "$@" GRADE doctor > /tmp/doctor 2>&1
    found=no
    grep -q 'each run is a control group' /tmp/doctor && found=yes
    [ $found = $wanted ] || { echo "FAILED $name: groups wanted: $wanted"; cat /tmp/doctor; }
    # As a scope is a new one for each command.
    [ $group = $TOP ] || { rmdir $group/*/; echo '-memory -pids' > $group/cgroup.subtree_control; } 2> /dev/null
    sh -c "$ENTER" "$group" "$@" TESTS ARGUMENTS || echo "FAILED $name"
    left=$(find $TOP -name 'grade-run-*')
    [ -z "$left" ] || echo "FAILED $name: left $left"
}

echo "$(uname -r), $(nproc) processors"
scenario 'root at the top' yes $TOP
echo '+memory +pids +cpu' > $TOP/cgroup.subtree_control
mkdir -p $TOP/user.slice/session.scope $TOP/user.slice/mine.scope $TOP/user.slice/shared.scope $TOP/user.slice/other.scope
echo '+memory +pids' > $TOP/user.slice/cgroup.subtree_control
for shared in session shared; do
    sleep 100000 &
    echo $! > $TOP/user.slice/$shared.scope/cgroup.procs
done
scenario 'root in a session' yes $TOP/user.slice/session.scope
for delegated in mine shared; do
    for file in . cgroup.procs cgroup.subtree_control cgroup.threads; do
        chown 1000:1000 $TOP/user.slice/$delegated.scope/$file
    done
done
USER='/usr/bin/python3 -I /as_user'
scenario 'a user in a scope of his own' yes $TOP/user.slice/mine.scope $USER
scenario 'a user in a scope that he shares' no $TOP/user.slice/shared.scope $USER
scenario 'a user in a scope that is not his' no $TOP/user.slice/other.scope $USER
echo 'DONE'
poweroff -f
"""

# In the same process, so that it is alone in its group.
AS_USER = """import os, sys
os.setgroups([])
os.setgid(1000)
os.setuid(1000)
os.environ["HOME"] = "/tmp"
os.execv(sys.argv[1], sys.argv[1:])
"""


def built():
    """The paths of the command and of the tests, as cargo has built them."""
    command = ["cargo", "test", "--locked", "--no-run", "--test", "control_groups", "--message-format", "json"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    programs = {}
    for line in told.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            programs[message["target"]["name"]] = Path(message["executable"])
    return programs["grade"], programs["control_groups"]


def libraries(program):
    """What a program is linked with, its loader included."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    words = (word for line in told.splitlines() for word in line.split() if word.startswith("/"))
    return {Path(word) for word in words}


def place(folder, path):
    """Copies a file or a folder to where it lies here."""
    target = folder / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "test"))
    else:
        shutil.copy(path, target)


def initial_folder(folder, arguments):
    """Lays out all files of the virtual machine."""
    grade, tests = built()
    for link in ["bin", "lib", "lib64", "sbin"]:
        (folder / "usr" / link).mkdir(parents=True)
        (folder / link).symlink_to(f"usr/{link}")
    python = Path("/usr/bin/python3").resolve()
    modules = subprocess.run(
        [python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], check=True, capture_output=True, text=True
    ).stdout.strip()
    place(folder, Path(modules))
    extensions = list(Path(modules, "lib-dynload").glob("*.so"))
    for program in [grade, tests, python]:
        place(folder, program)
    for library in set().union(*map(libraries, [grade, tests, python, *extensions])):
        place(folder, library)
    (folder / "usr/bin/python3").symlink_to(python.name)
    shutil.copy(arguments.busybox, folder / "bin/busybox")
    script = SCENARIOS.replace("GRADE", str(grade)).replace("TESTS", str(tests)).replace("DONE", DONE)
    script = script.replace("ARGUMENTS", " ".join(arguments.tests))
    for name, text in [("init", INIT), ("scenarios", script), ("as_user", AS_USER)]:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "etc").mkdir()
    (folder / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n")
    (folder / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")


def pack(folder, archive):
    """As the kernel unpacks it (its Documentation/driver-api/early-userspace/buffer-format)."""
    names = subprocess.run(["find", "."], cwd=folder, check=True, capture_output=True).stdout
    with archive.open("wb") as file:
        subprocess.run(["busybox", "cpio", "-o", "-H", "newc", "-R", "0:0"], cwd=folder, input=names, stdout=file, stderr=subprocess.DEVNULL, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernel", type=Path, required=True, help="a kernel's image")
    parser.add_argument("--busybox", type=Path, default=Path("/usr/bin/busybox"), help="a static busybox")
    parser.add_argument("--accelerator", default="tcg", help="kvm is quicker, where it works")
    parser.add_argument("--processor", default="Nehalem,-cx16", help="what qemu's -cpu names; qemu 7.2 emulates newer ones, and cmpxchg16b, wrongly")
    parser.add_argument("--memory", default="4G", help="of the virtual machine")
    parser.add_argument("tests", nargs="*", default=["--test-threads=2"], help="arguments of the tests")
    arguments = parser.parse_args()
    # Who is asked to end takes the machine and its folder along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as temporary:
        folder, archive = Path(temporary, "root"), Path(temporary, "initramfs")
        initial_folder(folder, arguments)
        pack(folder, archive)
        shutil.rmtree(folder)
        command = ["qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio", "-smp", "2"]
        command += ["-m", arguments.memory, "-accel", arguments.accelerator, "-cpu", arguments.processor, "-kernel", arguments.kernel, "-initrd", archive]
        command += ["-append", "console=ttyS0 quiet panic=-1 cgroup_no_v1=all"]
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace")
        said = []
        try:
            for line in machine.stdout:
                print(line, end="", flush=True)
                said.append(line)
        finally:
            machine.kill()
            machine.wait()
    failed = any("FAILED" in line for line in said) or not any(DONE in line for line in said)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
