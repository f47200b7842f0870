#!/usr/bin/env python3
"""The lost update: how surely schedules find it, that right fixes are never blamed, and what a schedule costs.

    benches/races.py GRADE [N [SECONDS]]

Each of N gradings (1,000) is 32 schedules of its own seeds; one that shows the bug in its first 8 is not run on. A right
fix runs all of them, in one exploration. SECONDS (60) bounds how long the program is run plainly, in a loop, until the
bug shows once. Rust is compiled by rustc into a temporary folder.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SCHEDULES = 32
FIRST = 8
RIGHT = re.compile(r"\bFinal value is 2\s*$|^RESULT ok$")


def command(source, folder):
    if source.endswith(".py"):
        return ["/usr/bin/python3", "-u", source, "2"]
    program = os.path.join(folder, os.path.basename(source)[:-3] + str(abs(hash(source))))
    subprocess.run(["rustc", "--edition=2024", "-Cdebuginfo=0", "-o", program, source], check=True, stderr=subprocess.DEVNULL)
    return [program, "2"]


def outcomes(grade, command, first, schedules=SCHEDULES):
    run = subprocess.run(
        [grade, "explore", "-q", "--format", "json", "--schedules", str(schedules), "--first-seed", str(first), "--", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(run.stdout)["outcomes"]


def is_right(outcome):
    return outcome["exit"] == {"code": 0} and RIGHT.search(outcome["last_line"]) is not None


def found(grade, name, command, gradings):
    """How many gradings show the bug; schedules a second and the share of them that shows it."""
    hits = seeds = every = 0
    began = time.monotonic()
    for number in range(gradings):
        wrong, first = 0, 1 + number * SCHEDULES
        for start, schedules in ((first, FIRST), (first + FIRST, SCHEDULES - FIRST)):
            wrong = sum(outcome["count"] for outcome in outcomes(grade, command, start, schedules) if not is_right(outcome))
            seeds += wrong
            every += schedules
            if wrong:
                break
        hits += wrong > 0
    rate = every / (time.monotonic() - began)
    print(f"{name}: found in {hits} of {gradings} gradings; {seeds} of {every} schedules show it; {rate:.0f} schedules/s", flush=True)
    return rate, seeds / every


def never_blamed(grade, name, command, gradings):
    schedules = gradings * SCHEDULES
    began = time.monotonic()
    blamed = [outcome for outcome in outcomes(grade, command, 1, schedules) if not is_right(outcome)]
    rate = schedules / (time.monotonic() - began)
    count = sum(outcome["count"] for outcome in blamed)
    print(f"{name}: blamed in {count} of {schedules} schedules ({gradings} gradings); {rate:.0f} schedules/s", flush=True)
    for outcome in blamed:
        print(f"    seed {outcome['seed']}: {outcome['exit']}, {outcome['last_line']!r}", flush=True)


def plainly(name, command, seconds):
    began, runs = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        runs += 1
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().splitlines()
        if not said or not RIGHT.search(said[-1]):
            print(f"{name}, run plainly: the bug showed after {time.monotonic() - began:.1f} s, in run {runs}")
            return
    print(f"{name}, run plainly: {runs} runs in {seconds} s did not show the bug")


def main():
    grade = os.path.abspath(sys.argv[1])
    gradings = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory() as folder:
        for source in ("exercises/ex07_race/main.rs", "exercises/ex07_race/main.py"):
            run = command(os.path.join(ROOT, source), folder)
            rate, share = found(grade, source, run, gradings)
            if share:
                print(f"{source}: one schedule in {1 / share:.1f} shows it, so it takes {1 / share / rate:.2f} s on average")
            plainly(source, run, seconds)
        right = glob.glob(os.path.join(ROOT, "tests/solutions/ex07_race/right/*"))
        right += glob.glob(os.path.join(ROOT, "solutions/ex07_race/main.*"))
        for source in sorted(right):
            try:
                run = command(source, folder)
            except subprocess.CalledProcessError:
                print(f"{os.path.relpath(source, ROOT)}: needs libraries, left out")
                continue
            never_blamed(grade, os.path.relpath(source, ROOT), run, gradings)


if __name__ == "__main__":
    main()
