use super::{Out::Fail, Out::Pass, Out::Unclear, new, table, threads};
use crate::check::testing::{at_least, at_most, equals, select};
use crate::clock::VirtualDuration;
use crate::course::model::{Bounds, CheckKind, Cpu, CpuOf, Distinct, GroupBy, Parallel, Quantified, Requests, Zombies};
use crate::trace::{Builder, EventKind, HttpPhase, LimitKind};
use regex::Regex;

#[test]
fn distinct() {
    let distinct =
        |by, not_main, bounds| CheckKind::Distinct(Distinct { select: select("printing"), by, not_main, bounds });
    let two = || threads().thread(11).line("printing 1").thread(12).line("printing 2");
    table(
        &distinct(GroupBy::Thread, true, equals("2")),
        vec![
            ("two threads", two().build(), Pass),
            (
                "one thread",
                threads().thread(11).line("printing 1").line("printing 2").build(),
                Fail("came from one thread"),
            ),
            (
                "the main thread among them",
                two().main().line("printing 3").build(),
                Fail("from the main thread itself"),
            ),
            ("three", two().thread(13).line("printing 3").build(), Fail("3 different threads")),
            ("none", new().build(), Fail("no `printing` line")),
        ],
    );
    table(
        &distinct(GroupBy::Process, true, at_least("2")),
        vec![
            (
                "two children",
                new()
                    .spawn_process(20)
                    .spawn_process(30)
                    .process(20)
                    .line("printing 1")
                    .process(30)
                    .line("printing 2")
                    .build(),
                Pass,
            ),
            ("threads of one process", two().build(), Fail("the program's first process")),
        ],
    );
    table(
        &distinct(GroupBy::Field("n".to_owned()), false, equals("2")),
        vec![
            ("two values", new().line("printing 1").line("printing 2").line("printing 1").build(), Pass),
            ("one value", new().line("printing 1").line("printing 1").build(), Fail("one value of `n`")),
        ],
    );
}

#[test]
fn threads_and_processes() {
    let threads_at_most = CheckKind::Threads(Quantified { bounds: at_most("3"), busy: None });
    table(
        &threads_at_most,
        vec![
            ("three with the main one", new().spawn_thread(11).spawn_thread(12).build(), Pass),
            ("eleven", threads().build(), Fail("11 threads were there in all, but it should be at most 3")),
        ],
    );
    let busy = CheckKind::Processes(Quantified { bounds: at_least("2"), busy: Some(VirtualDuration::from_millis(10)) });
    let children = |one: u64, other: u64| {
        new()
            .spawn_process(20)
            .spawn_process(30)
            .process(20)
            .exit(0, one * 1_000_000)
            .process(30)
            .exit(0, other * 1_000_000)
            .main()
            .exit(0, 0)
    };
    table(
        &busy,
        vec![
            ("two work", children(20, 10).build(), Pass),
            ("one only waits", children(20, 9).build(), Fail("1 process was there in all that used at least 10 ms")),
            ("none", new().build(), Fail("0 processes")),
        ],
    );
}

#[test]
fn parallel_and_cpu() {
    let children = |cpus: &[u64]| {
        let mut trace = new();
        for (at, cpu) in (20..).zip(cpus) {
            trace = trace.spawn_process(at).process(at).exit(0, cpu * 1_000_000).main();
        }
        trace.exit(0, 1_000_000)
    };
    let parallel = CheckKind::Parallel(Parallel { at_least_milli: Some(2_000), at_most_milli: None });
    table(
        &parallel,
        vec![
            ("shared", children(&[100, 90, 80]).build(), Pass),
            ("not shared", children(&[100, 1]).build(), Fail("used 1.02 times")),
            ("no CPU at all", new().build(), Fail("no process used any CPU time")),
        ],
    );
    let main = CheckKind::Cpu(Cpu { bounds: at_most("500ms"), of: CpuOf::Main });
    table(
        &main,
        vec![
            ("the children work", children(&[9_000]).build(), Pass),
            ("a little too much", new().exit(0, 600_000_000).build(), Unclear),
            ("the program works", new().exit(0, 5_000_000_000).build(), Fail("first process used 5 s of CPU time")),
        ],
    );
    let of_children = CheckKind::Cpu(Cpu { bounds: at_least("100ms"), of: CpuOf::Children });
    table(
        &of_children,
        vec![
            ("enough", children(&[60, 50]).build(), Pass),
            ("too little", children(&[60]).build(), Fail("the child processes used 60 ms")),
        ],
    );
    let tree = CheckKind::Cpu(Cpu { bounds: at_most("1s"), of: CpuOf::Tree });
    table(&tree, vec![("all together", children(&[900, 900]).build(), Fail("used 1.801 s"))]);
}

#[test]
fn requests() {
    let requests = |path: Option<&str>, total: Option<Bounds>, peak: Option<Bounds>, each: Option<Bounds>| {
        CheckKind::Requests(Requests {
            path: path.map(|path| Regex::new(path).unwrap()),
            total: total.unwrap_or_default(),
            peak: peak.unwrap_or_default(),
            each: each.unwrap_or_default(),
        })
    };
    // Connections take numbers from the same counter as requests, and their closes end no request.
    let open =
        |trace: Builder, id, path| trace.http(id + 100, HttpPhase::Open, None).http(id, HttpPhase::Request, Some(path));
    let close = |trace: Builder, id| trace.http(id, HttpPhase::Response, None).http(id + 100, HttpPhase::Close, None);
    let one_by_one = || close(open(close(open(new(), 1, "/a").at(100), 1), 2, "/b").at(200), 2);
    let together = || close(close(open(open(new(), 1, "/a"), 2, "/a").at(100), 1), 2);
    let given_up = || close(open(open(new(), 1, "/slow").at(50).http(1, HttpPhase::Close, None), 2, "/b"), 2);
    table(
        &requests(None, Some(equals("2")), Some(at_most("1")), None),
        vec![
            ("one by one", one_by_one().build(), Pass),
            ("together", together().build(), Fail("2 requests were in flight at once at 0.000 s")),
            ("one given up before the next", given_up().build(), Pass),
            ("none", new().build(), Fail("the server saw no request")),
        ],
    );
    table(
        &requests(None, None, Some(at_least("2")), None),
        vec![
            ("together", together().build(), Pass),
            ("one by one", one_by_one().build(), Fail("never more than 1 request was in flight")),
            ("none", new().build(), Fail("no request")),
        ],
    );
    table(
        &requests(Some("^/a"), None, None, Some(equals("1"))),
        vec![
            ("once each", one_by_one().build(), Pass),
            ("twice", together().build(), Fail("`/a` was asked for 2 times")),
            ("only others", close(open(new(), 1, "/b"), 1).build(), Fail("no request whose path matches `^/a`")),
        ],
    );
    table(&requests(None, Some(equals("0")), None, None), vec![("none is right", new().build(), Pass)]);
}

#[test]
fn zombies() {
    let child = || new().spawn_process(20).process(20).exit(0, 0);
    let left = || child().event(EventKind::Zombie { parent: 10 });
    let none = CheckKind::Zombies(Zombies { expected: false });
    table(
        &none,
        vec![
            ("waited for", child().main().exit(0, 0).build(), Pass),
            ("left", left().main().exit(0, 0).build(), Fail("1 child that had ended was never waited for")),
            ("cut short", child().limit(LimitKind::Time).build(), Fail("time limit")),
        ],
    );
    let some = CheckKind::Zombies(Zombies { expected: true });
    table(&some, vec![("left", left().build(), Pass), ("waited for", child().build(), Fail("none was"))]);
}
