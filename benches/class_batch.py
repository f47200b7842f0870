#!/usr/bin/env python3
"""`grade batch` on a whole class: how fast, at whose cost, and whether every verdict is right.

    cargo build --release
    benches/class_batch.py class --count 1000   references, starters and wrong submissions of the course, both languages
    benches/class_batch.py split --count 8 [--beside OLD]   each exercise by itself: what a run costs us, beside another binary
    benches/class_batch.py kills --times 20     kill -9 of the whole batch at random moments, then on to the end
    benches/class_batch.py sleeps               40 programs of six sleeps (6 to 1 s) at --jobs 4, 8 and 40, beside faketime
    benches/class_batch.py builds               40 tokio programs: `grade batch` beside rustc four at a time

`class` grades with a cold and with a warm cache of built programs (what the second saves is the compilers' share), and
warm again under the natural schedule alone, which tells what the exploring of schedules costs. The CPU time of the
submissions themselves is what the kernel counted from their exec on; under a seeded schedule, where the journal counts
steps instead, it is that of the same case under the natural schedule. The rest is ours: tracer, sandbox, judging, journal.
The exit status is 1 when a verdict is wrong, or something was run twice or left behind.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMENT = {".rs": "//", ".py": "#"}
SIX_SLEEPS_SPEC = """title = "Six sleeps"
schedules = 1
[limits]
time = "20s"
cpu = "5s"
[events]
slept = '^slept (?<seconds>\\d)$'
[[case]]
name = "six"
[[check]]
id = "all"
name = "All six wake up"
points = 1
count = { event = "slept", equals = 6 }
[[check]]
id = "at-once"
name = "They sleep at the same time"
points = 1
elapsed = { at_least = "6s", at_most = "6.5s" }
"""
SIX_SLEEPS = {
    ".py": """import threading
import time


def sleep(seconds):
    time.sleep(seconds)
    print("slept", seconds)


threads = [threading.Thread(target=sleep, args=(seconds,)) for seconds in range(6, 0, -1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
""",
    ".rs": """use std::{thread, time::Duration};

fn main() {
    let sleepers: Vec<_> = (1..=6)
        .rev()
        .map(|seconds| {
            thread::spawn(move || {
                thread::sleep(Duration::from_secs(seconds));
                println!("slept {seconds}");
            })
        })
        .collect();
    for sleeper in sleepers {
        sleeper.join().unwrap();
    }
}
""",
}
TOKIO = """use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let sleepers: Vec<_> = (1..=6)
        .rev()
        .map(|seconds| {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                println!("slept {seconds}");
            })
        })
        .collect();
    for sleeper in sleepers {
        sleeper.await.unwrap();
    }
}
"""


class Bench:
    """A folder with submissions, caches and outputs, and the command to be measured."""

    def __init__(self, arguments, folder):
        self.grade, self.folder = arguments.grade, Path(folder)
        self.cache, self.temporary = self.folder / "cache", self.folder / "tmp"
        self.temporary.mkdir()
        self.course = ROOT
        # What is made once (libraries, virtual environments) is no part of any measurement.
        self.libraries = Path(os.environ.get("GRADE_CACHE_DIR") or Path.home() / ".cache/grade")
        self.cold()

    def cold(self):
        """A cache in which the libraries are, and no built program."""
        shutil.rmtree(self.cache, ignore_errors=True)
        self.cache.mkdir(mode=0o700)
        for part in ("libraries", "python"):
            if (self.libraries / part).is_dir():
                (self.cache / part).symlink_to(self.libraries / part)

    def command(self, submissions, out, *options):
        return [self.grade, "batch", str(submissions), "--out", str(out), "-q", "--course", str(self.course), *options]

    def start(self, *arguments):
        environment = {**os.environ, "GRADE_CACHE_DIR": str(self.cache), "TMPDIR": str(self.temporary)}
        return subprocess.Popen(self.command(*arguments), env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments):
        """Runs a batch to its end; gives its wall seconds, its CPU seconds (children and all) and what it said."""
        began = time.monotonic()
        process = self.start(*arguments)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(map(str, self.command(*arguments)))}: status {process.returncode}\n{said}")
        return time.monotonic() - began, usage.ru_utime + usage.ru_stime, said


def sources():
    """Every reference, starter and wrong submission of the course, with the checks that it must fail: none for a
    reference, anything for a starter."""
    found = []
    for spec in sorted(ROOT.glob("graders/ex*/spec.toml")):
        exercise = spec.parent.name
        for suffix in COMMENT:
            reference = ROOT / "solutions" / exercise / f"main{suffix}"
            starter = spec.parent / "starter" / f"main{suffix}"
            found += [(exercise, path, fails) for path, fails in ((reference, []), (starter, None)) if path.is_file()]
        for wrong in tomllib.loads(spec.read_text()).get("wrong", []):
            found.append((exercise, spec.parent / "wrong" / wrong["file"], wrong["fails"]))
    return found


def make_class(folder, count, seed, pool=None):
    """Submissions of which no two have the same content, and what each must come to."""
    pool, expected = pool or sources(), {}
    order = random.Random(seed)
    for number in range(count):
        if number % len(pool) == 0:
            order.shuffle(pool)
        exercise, path, fails = pool[number % len(pool)]
        student = f"student{number:04}"
        target = folder / student / exercise / f"main{path.suffix}"
        target.parent.mkdir(parents=True)
        text = path.read_text()
        target.write_text(f"{text}{'' if text.endswith(chr(10)) else chr(10)}{COMMENT[path.suffix]} {number}\n")
        expected[student, exercise] = (path, fails)
    return expected


def findings(out):
    """What was found, without what differs from run to run."""
    found = {}
    for path in out.glob("results/*/*.json"):
        result = json.loads(path.read_text())
        checks = tuple((check["id"], check["status"]) for check in result["checks"])
        found[path.parent.name, path.stem] = (result["verdict"], result["score"], checks)
    return found


def wrong_verdicts(found, expected):
    for key, (path, fails) in expected.items():
        verdict, _, checks = found.get(key, ("missing", 0, ()))
        failed = {check for check, status in checks if status == "failed"}
        right = {None: verdict in ("failed", "build-failed")}.get(fails if fails is None else 0)
        if right is None:
            right = verdict == ("failed" if fails else "passed") and failed == set(fails)
        if not right:
            yield f"{path.relative_to(ROOT)}: {verdict}, fails {sorted(failed)}, should fail {fails}"


def ask(out, question):
    with sqlite3.connect(f"file:{out / 'grade.db'}?mode=ro", uri=True) as journal:
        return journal.execute(question).fetchone()


# How many runs there are, and the CPU nanoseconds that the programs of all of them used.
OWN = """SELECT count(*), sum(plain.cpu) FROM run JOIN run AS plain USING (work, round, case_index)
WHERE plain.schedule = 0"""


def measure_class(arguments, folder):
    bench = Bench(arguments, folder)
    submissions, out = bench.folder / "class", bench.folder / "out"
    expected = make_class(submissions, arguments.count, arguments.seed)
    jobs = ["--jobs", str(arguments.jobs)]
    wall, cold, _ = bench.run(submissions, out, *jobs)
    runs, own = ask(out, OWN)
    mistakes = list(wrong_verdicts(findings(out), expected))
    warm_wall, warm, _ = bench.run(submissions, out, "--fresh", *jobs)
    _, warm_own = ask(out, OWN)
    mistakes += wrong_verdicts(findings(out), expected)
    again_wall, _, said = bench.run(submissions, out, *jobs)
    natural_out = bench.folder / "natural"
    natural_wall, natural, _ = bench.run(submissions, natural_out, "--schedules", "1", *jobs)
    natural_runs, natural_own = ask(natural_out, OWN)
    count = arguments.count
    print(f"{count} submissions, {runs} runs, --jobs {arguments.jobs}, on {len(os.sched_getaffinity(0))} CPUs")
    print(f"  {count / wall * 60:.0f} submissions a minute ({wall:.1f} s); programs built before: "
          f"{count / warm_wall * 60:.0f} ({warm_wall:.1f} s); all known: {again_wall:.2f} s")
    print(f"  {cold / count:.3f} CPU seconds a submission")
    compilers, ours = max(cold - warm, 0), warm - warm_own / 1e9
    for what, seconds in (("compilers", compilers), ("submissions", own / 1e9), ("ourselves", ours)):
        print(f"    {what:<12} {seconds:8.1f} s  {seconds / (compilers + warm):6.1%}")
    ours = natural - natural_own / 1e9
    print(f"  the natural schedule alone, built before: {natural_runs} runs, {count / natural_wall * 60:.0f} submissions a minute, "
          f"{natural / count:.3f} CPU seconds each; ourselves {ours / natural:.1%}, {1000 * ours / natural_runs:.1f} ms a run")
    print(f"  {os.path.getsize(out / 'grade.db') / count / 1024:.1f} KiB of journal a submission")
    if "nothing to do" not in said:
        mistakes.append(f"the third batch had something to do: {said}")
    print(f"  wrong verdicts: {len(mistakes)}")
    return mistakes


def measure_split(arguments, folder):
    mistakes, jobs = [], ["--jobs", str(arguments.jobs)]
    for exercise in sorted({exercise for exercise, _, _ in sources()}):
        own = [source for source in sources() if source[0] == exercise]
        random.Random(arguments.seed).shuffle(own)
        place = Path(folder) / exercise
        expected = make_class(place / "class", min(arguments.count, len(own)), arguments.seed, own)
        for number, grade in enumerate(filter(None, [arguments.beside, arguments.grade])):
            room = place / str(number)
            room.mkdir()
            bench = Bench(argparse.Namespace(grade=grade), room)
            # What is built once is no part of it.
            bench.run(place / "class", room / "first", *jobs, "--schedules", "1")
            wall, cpu, _ = bench.run(place / "class", room / "out", *jobs)
            runs, programs = ask(room / "out", OWN)
            ours = cpu - programs / 1e9
            print(f"{exercise:<16} {Path(grade).name:<8} {runs:5} runs {wall:7.1f} s, {cpu:7.1f} CPU s; ourselves "
                  f"{ours / cpu:6.1%}, {1000 * ours / runs:6.1f} ms a run", flush=True)
            mistakes += wrong_verdicts(findings(room / "out"), expected)
    return mistakes


def processes_below(pid):
    """The processes that this one started, directly or not, each with its start time."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = (int(fields[1]), fields[19])
    found, new = {}, {pid}
    while new:
        new = {child for child, (parent, _) in parents.items() if parent in new}
        found.update({child: parents[child][1] for child in new})
    return found


def alive(processes):
    for pid, start in processes.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[19] == start and fields[0] != "Z":
            yield pid


def measure_kills(arguments, folder):
    bench = Bench(arguments, folder)
    submissions = bench.folder / "class"
    make_class(submissions, arguments.count, arguments.seed)
    jobs = ["--jobs", str(arguments.jobs)]
    undisturbed, out = bench.folder / "undisturbed", bench.folder / "out"
    wall, _, _ = bench.run(submissions, undisturbed, *jobs)
    bench.cold()
    order, mistakes, kept = random.Random(arguments.seed), [], []
    for number in range(arguments.times):
        process = bench.start(submissions, out, *jobs)
        time.sleep(order.uniform(0, 2 * wall / arguments.times))
        below = processes_below(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        patience = time.monotonic() + 20
        while list(alive(below)) and time.monotonic() < patience:
            time.sleep(0.01)
        mistakes += [f"kill {number}: process {pid} lives on" for pid in alive(below)]
        try:
            kept.append(ask(out, "SELECT count(*) FROM run")[0])
        except sqlite3.OperationalError:
            kept.append(0)
    _, _, said = bench.run(submissions, out, *jobs)
    if findings(out) != findings(undisturbed):
        mistakes.append("the results differ from those of an undisturbed batch")
    runs, twice = ask(out, "SELECT count(*), count(*) FILTER (WHERE times > 1) FROM run")
    if twice or runs != ask(undisturbed, "SELECT count(*) FROM run")[0]:
        mistakes.append(f"{runs} runs, {twice} of them made twice")
    left = [path.name for path in bench.temporary.iterdir()]
    if left:
        mistakes.append(f"left behind: {left}")
    print(f"{arguments.count} submissions ({wall:.1f} s undisturbed), killed {arguments.times} times; runs kept: {kept}")
    print(f"  in the end {runs} runs, {twice} made twice; {said.strip().splitlines()[-1]}")
    print(f"  mistakes: {len(mistakes)}")
    return mistakes


def small_course(folder):
    (folder / "graders/ex01_sleeps").mkdir(parents=True)
    (folder / "graders/course.toml").write_text(
        'title = "Sleeps"\n[[chapter]]\ntitle = "One"\nexercises = ["ex01_sleeps"]\n')
    (folder / "graders/ex01_sleeps/spec.toml").write_text(SIX_SLEEPS_SPEC)
    for place, texts in (("exercises", {".py": "print(1)\n", ".rs": "fn main() {}\n"}), ("solutions", SIX_SLEEPS)):
        (folder / place / "ex01_sleeps").mkdir(parents=True)
        for suffix, text in texts.items():
            (folder / place / f"ex01_sleeps/main{suffix}").write_text(text)
    (folder / "exercises/ex01_sleeps/README.md").write_text("Sleep six times at once.\n")
    return folder


def forty(folder, suffix, text):
    for number in range(40):
        path = folder / f"student{number:02}" / "ex01_sleeps" / f"main{suffix}"
        path.parent.mkdir(parents=True)
        path.write_text(f"{text}{COMMENT[suffix]} {number}\n")
    return folder


def passed(out):
    return sum(verdict == "passed" for verdict, _, _ in findings(out).values())


def measure_sleeps(arguments, folder):
    bench = Bench(arguments, folder)
    bench.course, mistakes = small_course(bench.folder / "course"), []
    for suffix, name in ((".py", "Python"), (".rs", "Rust")):
        submissions = forty(bench.folder / f"class{suffix}", suffix, SIX_SLEEPS[suffix])
        for jobs in (4, 8, 40):
            bench.cold()
            out = bench.folder / f"out{suffix}-{jobs}"
            cold, _, _ = bench.run(submissions, out, "--jobs", str(jobs))
            right = passed(out)
            warm, _, _ = bench.run(submissions, out, "--fresh", "--jobs", str(jobs))
            print(f"{name:<7} grade batch --jobs {jobs:<3} {cold:6.2f} s, built before {warm:6.2f} s; {right} of 40 right")
            if (right, passed(out)) != (40, 40):
                mistakes.append(f"{name}, --jobs {jobs}: {right} and {passed(out)} of 40 are right")
    if not shutil.which("faketime"):
        print("faketime is not installed here (apt-get install faketime)")
        return mistakes
    programs = sorted((bench.folder / "class.py").glob("*/*/main.py"))
    wanted = [f"slept {seconds}" for seconds in range(1, 7)]

    def scaled(path):
        try:
            done = subprocess.run(["faketime", "-f", "+0 x100", sys.executable, str(path)], capture_output=True,
                                  text=True, timeout=30)
        except subprocess.TimeoutExpired:
            return False
        return done.stdout.split("\n")[:-1] == wanted

    for jobs in (4, 8, 40):
        began = time.monotonic()
        with ThreadPoolExecutor(jobs) as pool:
            right = sum(pool.map(scaled, programs))
        print(f"Python  faketime x100 and a plain diff, {jobs} jobs: {time.monotonic() - began:6.2f} s; {right} of 40 right")
    return mistakes


def measure_builds(arguments, folder):
    bench = Bench(arguments, folder)
    bench.course = small_course(bench.folder / "course")
    submissions = forty(bench.folder / "class", ".rs", TOKIO)
    jobs = ["--jobs", str(arguments.jobs)]
    # The libraries, when nobody has built them yet.
    bench.run(submissions, bench.folder / "first", *jobs, "--student", "student00")
    bench.cold()
    cold, _, _ = bench.run(submissions, bench.folder / "out", *jobs)
    warm, _, _ = bench.run(submissions, bench.folder / "out", *jobs, "--fresh")
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    externs = next(iter(bench.libraries.glob("libraries/*/externs.json")))
    crates = json.loads(externs.read_text())
    options = [f"--extern={name}={externs.parent / 'deps' / file}" for name, file in crates.items()]

    def compile_one(path):
        target = path.with_suffix("")
        subprocess.run([f"{sysroot}/bin/rustc", "--edition=2024", "-Cdebuginfo=0", "-Cstrip=debuginfo",
                        f"-Ldependency={externs.parent / 'deps'}", *options, "-o", str(target), str(path)],
                       check=True, capture_output=True)

    began = time.monotonic()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(compile_one, sorted(submissions.glob("*/*/main.rs"))))
    alone = time.monotonic() - began
    print(f"40 tokio programs: grade batch {cold:.2f} s, of which {warm:.2f} s are left when all is built before; "
          f"rustc alone, {arguments.jobs} at a time {alone:.2f} s; building costs {(cold - warm) / alone:.2f} times that")
    return [] if passed(bench.folder / "out") == 40 else ["not all 40 are right"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    measures = {"class": measure_class, "split": measure_split, "kills": measure_kills, "sleeps": measure_sleeps, "builds": measure_builds}
    parser.add_argument("what", choices=measures)
    parser.add_argument("--count", type=int, help="how many submissions (class: 1000, kills: 40, split: 8 an exercise)")
    parser.add_argument("--beside", help="another binary, measured in turn (split)")
    parser.add_argument("--times", type=int, default=20, help="how often the batch is killed")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1, help="of what is random here")
    parser.add_argument("--grade", default=str(ROOT / "target/release/grade"), help="the binary to be measured")
    arguments = parser.parse_args()
    arguments.count = arguments.count or {"class": 1000, "split": 8}.get(arguments.what, 40)
    with tempfile.TemporaryDirectory(prefix="grade-bench-") as folder:
        mistakes = measures[arguments.what](arguments, folder)
    print("\n".join(mistakes), end="\n" if mistakes else "")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
