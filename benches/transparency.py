#!/usr/bin/env python3
"""Does a program notice that it is traced? Suites that care about time, bare and under `grade trace`.

CPython's own tests and tokio's `time_*` and `rt_*` tests run twice, and a table says how many passed and failed and how
many wall seconds they took. The exit status is 1 when something fails under the trace that passes without.

    cargo build --release
    benches/transparency.py                       everything (some six minutes)
    benches/transparency.py test_time tokio       only these
    benches/transparency.py --runs 3 test_signal  what fails once in three runs is said so

CPython's tests are not part of every distribution's Python: --python names an interpreter that has them. tokio's tests come
from its crate as cargo has fetched it, and are built in target/transparency.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CPYTHON = ["test_time", "test_sched", "test_queue", "test_threading", "test_asyncio", "test_selectors",
           "test_signal", "test_subprocess"]
# A suite that hangs is a failure, not an evening.
PATIENCE = 600


def run(command, cwd=None, env=None):
    """Runs a command to its end; gives its output and its wall seconds."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=PATIENCE)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output = process.communicate()[0] + b"\n(it hung)\n"
    return output.decode(errors="replace"), time.monotonic() - start


def cpython(suite, python, prefix):
    """Outcome of each test of one of CPython's suites: name -> ok, FAILED or skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Not -u all: no network, no big files, as a distribution would test.
        output, seconds = run([*prefix, python, "-m", "test", "--junit-xml", str(report), suite], cwd=folder)
        outcomes = {}
        if report.exists():
            for case in ElementTree.parse(report).iter("testcase"):
                bad = case.find("failure") is not None or case.find("error") is not None
                name = case.get("name", "?")
                outcomes[name] = "FAILED" if bad else "skipped" if case.find("skipped") is not None else "ok"
        if not outcomes or "(it hung)" in output:
            outcomes["(the suite itself)"] = "FAILED"
    return outcomes, seconds, output


def tokio_tests():
    """Builds tokio's own tests; gives name -> executable."""
    metadata = json.loads(subprocess.check_output(
        ["cargo", "metadata", "--format-version", "1", "--offline"], cwd=ROOT, stderr=subprocess.DEVNULL))
    package = next(package for package in metadata["packages"] if package["name"] == "tokio")
    source = Path(package["manifest_path"]).parent
    if not (source / "tests").is_dir():
        sys.exit(f"the crate tokio {package['version']} was published without its tests")
    copy = Path(metadata["target_directory"]) / "transparency" / "tokio"
    if not copy.is_dir():
        shutil.copytree(source, copy)
        # A package of its own, also within our folder.
        with open(copy / "Cargo.toml", "a") as manifest:
            manifest.write("\n[workspace]\n")
    names = sorted(path.stem for path in (copy / "tests").glob("*.rs") if re.match("(time|rt)_", path.stem))
    print(f"building {len(names)} tests of tokio {package['version']}", file=sys.stderr)
    command = ["cargo", "test", "--no-run", "--features", "full,test-util", "--message-format", "json"]
    for name in names:
        command += ["--test", name]
    build = subprocess.run(command, cwd=copy, stdout=subprocess.PIPE, text=True)
    if build.returncode:
        sys.exit("failed to build tokio's tests")
    messages = (json.loads(line) for line in build.stdout.splitlines() if line.startswith("{"))
    return {message["target"]["name"]: message["executable"] for message in messages
            if message.get("executable") and message["target"]["name"] in names}


def libtest(executable, prefix):
    """Outcome of each test of a Rust test executable."""
    output, seconds = run([*prefix, executable])
    outcomes = {name: "ok" if word == "ok" else "skipped" if word == "ignored" else "FAILED"
                for name, word in re.findall(r"^test (\S+)(?: - should panic)? \.\.\. (\w+)", output, re.M)}
    if "test result: ok" not in output and "FAILED" not in outcomes.values():
        outcomes["(the suite itself)"] = "FAILED"
    return outcomes, seconds, output


def count(outcomes, word):
    return sum(outcome == word for outcome in outcomes.values())


def compare(name, measure, runs, prefix, folder):
    """One row of the table; true when nothing fails more than bare."""
    bare, bare_seconds, _ = measure([])
    worst, seconds = {}, []
    for number in range(runs):
        traced, took, output = measure(prefix)
        seconds.append(took)
        (folder / f"{name}.{number}.log").write_text(output)
        for test, outcome in traced.items():
            if worst.get(test) != "FAILED":
                worst[test] = outcome
    lost = sorted(test for test, outcome in bare.items() if outcome == "ok" and worst.get(test) != "ok")
    lost += sorted(test for test, outcome in worst.items() if outcome == "FAILED" and test not in bare)
    row = (count(bare, "ok"), count(bare, "FAILED"), bare_seconds, count(worst, "ok"), count(worst, "FAILED"),
           sorted(seconds)[len(seconds) // 2])
    print(f"{name:<28}{row[0]:7}{row[1]:7}{row[2]:9.1f} s{row[3]:9}{row[4]:7}{row[5]:9.1f} s"
          f"   {'' if not lost else 'MORE: ' + str(len(lost))}", flush=True)
    for test in lost:
        print(f"    fails under the trace only: {test}")
    return not lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", help="names of suites, `tokio`, or parts of names of tokio's tests (default: all)")
    parser.add_argument("--grade", default=str(ROOT / "target/release/grade"))
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has its tests (default: this one)")
    parser.add_argument("--runs", type=int, default=1, help="traced runs of each suite")
    arguments = parser.parse_args()
    if not Path(arguments.grade).exists():
        sys.exit(f"{arguments.grade} is missing: cargo build --release")
    prefix = [arguments.grade, "trace", "-q", "--"]
    wanted = arguments.suites or [*CPYTHON, "tokio"]
    if any(suite in CPYTHON for suite in wanted):
        found = subprocess.run([arguments.python, "-c", "import test.test_asyncio, test.test_threading"],
                               stderr=subprocess.DEVNULL)
        if found.returncode:
            sys.exit(f"{arguments.python} has no tests of its own: name another with --python "
                     "(one built from source has them; on Debian: apt-get install libpython3-testsuite)")

    folder = ROOT / "target" / "transparency"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'':28}{'bare':^26}{'under grade trace':^26}")
    print(f"{'suite':<28}{'passed':>7}{'failed':>7}{'wall':>11}{'passed':>9}{'failed':>7}{'wall':>11}")
    same = True
    for suite in wanted:
        if suite in CPYTHON:
            def measure(prefix):
                return cpython(suite, arguments.python, prefix)
            same &= compare(suite, measure, arguments.runs, prefix, folder)
    parts = [suite for suite in wanted if suite not in CPYTHON]
    if parts:
        for name, executable in sorted(tokio_tests().items()):
            if "tokio" in parts or any(part in name for part in parts):
                def measure(prefix):
                    return libtest(executable, prefix)
                same &= compare(f"tokio {name}", measure, arguments.runs, prefix, folder)
    print(f"logs of the traced runs: {folder}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
