#!/usr/bin/env python3
"""The same seed, the same trace: runs a program N times under one schedule, idle and loaded, and compares the traces.

    benches/replays.py GRADE SEED N -- CMD [ARG]...

Process and thread ids are renamed by birth; what was measured (CPU time, real time, stops) is left out.
"""
import json
import os
import subprocess
import sys
import tempfile


def trace(grade, seed, command):
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(
            [grade, "trace", "--schedule", seed, "--format", "jsonl", "--out", file.name, "--", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        names = {}
        lines = []
        for line in open(file.name):
            event = json.loads(line)
            for measured in ("cpu", "real", "stops", "jumps"):
                event.pop(measured, None)
            for key in ("pid", "tid", "parent"):
                if key in event:
                    event[key] = names.setdefault(event[key], len(names))
            for thread in event.get("threads", []) if event.get("ev") == "stuck" else []:
                thread["pid"], thread["tid"] = names.get(thread["pid"]), names.get(thread["tid"])
            lines.append(json.dumps(event))
        return lines


def main():
    grade, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    command = sys.argv[5:]
    first = trace(grade, seed, command)
    for kind in ("idle", "loaded"):
        burners = []
        if kind == "loaded":
            burners = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(2 * os.cpu_count())]
        same = 0
        example = None
        for _ in range(count):
            other = trace(grade, seed, command)
            if other == first:
                same += 1
            elif example is None:
                example = next(
                    (pair for pair in zip(first, other) if pair[0] != pair[1]), (len(first), len(other))
                )
        for burner in burners:
            burner.kill()
        print(f"{kind}: {same} of {count} are the same ({len(first)} lines)")
        if example:
            print("  first:", example[0], "\n  other:", example[1])


main()
