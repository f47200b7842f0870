#!/usr/bin/env python3
"""Does a busy machine fail a right program? Grades reference solutions again and again beside four busy loops a core.

Every grading that does not pass is a false failure: the program is right. The virtual clock must have none; the wall
clock shows what a grader that looks at its watch would do. `inconclusive` is counted apart: it is no zero for a student.

    cargo build --release
    benches/noise.py                              2,000 gradings on the virtual clock, 100 on the wall
    benches/noise.py --runs 10000 --exercise ex07
"""

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def grade(arguments, clock):
    """One grading: its verdict, or what went wrong with us."""
    command = [arguments.grade, arguments.exercise, "--solution", "--lang", arguments.lang, "--clock", clock,
               "--format", "json", "-q"]
    if arguments.schedules:
        command += ["--schedules", str(arguments.schedules)]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    try:
        result = json.loads(done.stdout.splitlines()[0])
    except (IndexError, json.JSONDecodeError):
        return f"no result (exit {done.returncode})", done.stderr.strip()[-300:]
    bad = [f"{check['id']}: {check.get('message', '')}" for check in result["checks"] if check["status"] != "passed"]
    return result["verdict"], "; ".join(bad)


def measure(arguments, clock, runs):
    verdicts, samples = collections.Counter(), {}
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for verdict, why in pool.map(lambda _: grade(arguments, clock), range(runs)):
            verdicts[verdict] += 1
            if verdict != "passed":
                samples.setdefault(verdict, why)
    seconds = time.monotonic() - start
    wrong = sum(count for verdict, count in verdicts.items() if verdict not in ("passed", "inconclusive"))
    print(f"{clock:<8} {runs:6} gradings  {verdicts['passed']:6} passed  {verdicts['inconclusive']:4} inconclusive  "
          f"{wrong:4} false failures  {seconds:8.1f} s, {seconds * 1000 / runs:.0f} ms each", flush=True)
    for verdict, why in samples.items():
        print(f"    {verdict}: {why}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grade", default=str(ROOT / "target/release/grade"))
    parser.add_argument("--exercise", default="ex01")
    parser.add_argument("--lang", default="rust")
    parser.add_argument("--runs", type=int, default=2000, help="gradings on the virtual clock")
    parser.add_argument("--wall-runs", type=int, default=100, help="gradings on the wall clock")
    parser.add_argument("--burners", type=int, default=4, help="busy loops a core")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="gradings at once")
    parser.add_argument("--schedules", type=int, help="schedules of each grading (default: what the exercise says)")
    arguments = parser.parse_args()
    if not Path(arguments.grade).exists():
        sys.exit(f"{arguments.grade} is missing: cargo build --release")
    verdict, why = grade(arguments, "virtual")
    if verdict != "passed":
        sys.exit(f"the reference of {arguments.exercise} does not even pass on an idle machine: {verdict} {why}")

    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
               for _ in range(arguments.burners * os.cpu_count())]
    try:
        print(f"{arguments.exercise} ({arguments.lang}), {len(burners)} busy loops on {os.cpu_count()} cores, "
              f"{arguments.jobs} gradings at once, load {os.getloadavg()[0]:.0f}")
        wrong = measure(arguments, "virtual", arguments.runs)
        if arguments.wall_runs:
            measure(arguments, "wall", arguments.wall_runs)
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
