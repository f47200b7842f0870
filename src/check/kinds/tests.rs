use regex::Regex;

use crate::check::testing::{Recorded, at_least, at_most, equals, judged, judged_against, operand, select};
use crate::check::verdict::{CheckResult, Status};
use crate::clock::VirtualDuration;
use crate::course::model::{
    Before, Bounds, CheckKind, Count, Cpu, CpuOf, Deadlock, Distinct, Elapsed, ExitCheck, FieldCheck, Gap, GapUnit,
    GroupBy, Never, Order, Overlap, Parallel, Quantified, Requests, Selector, SnapshotCheck, SnapshotMode, Which,
    Zombies,
};
use crate::trace::{Builder, Ended, EventKind, HttpPhase, LimitKind, Normal, Trace};

/// What should come out: it passes, or it fails with a message that says this.
enum Out {
    Pass,
    Fail(&'static str),
    Unclear,
}
use Out::{Fail, Pass, Unclear};

fn table(kind: &CheckKind, rows: Vec<(&str, Trace, Out)>) {
    for (what, trace, out) in rows {
        let result = judged(kind.clone(), trace);
        expect(what, &result, &out);
    }
}

fn expect(what: &str, result: &CheckResult, out: &Out) {
    match out {
        Pass => assert_eq!(result.status, Status::Passed, "{what}: {}", result.message),
        Unclear => assert_eq!(result.status, Status::Inconclusive, "{what}: {}", result.message),
        Fail(part) => {
            assert_eq!(result.status, Status::Failed, "{what}");
            assert!(
                result.message.to_lowercase().contains(&part.to_lowercase()),
                "{what}: `{}` does not say `{part}`",
                result.message
            );
            assert!(result.evidence.len() <= 6, "{what}");
            assert!(result.hint.is_some(), "{what}");
        }
    }
}

fn new() -> Builder {
    Builder::new()
}

/// Ten threads of their own, 11 to 20.
fn threads() -> Builder {
    (11..=20).fold(new(), Builder::spawn_thread)
}

#[test]
fn exit() {
    let zero = CheckKind::Exit(ExitCheck { code: Some(0), signal: None });
    table(
        &zero,
        vec![
            ("it left with 0", new().exit(0, 0).build(), Pass),
            ("it panicked", new().error("thread 'main' panicked").exit(101, 0).build(), Fail("a panic")),
            ("it was killed", new().killed(11, 0).build(), Fail("SIGSEGV")),
            ("it got stuck", new().at(2_000).stuck(&[(10, "futex")]).build(), Fail("a deadlock) at 2.000 s")),
            ("a limit", new().at(60_000).limit(LimitKind::Time).build(), Fail("time limit of 60 s")),
            ("we stopped it", new().ended(Ended::Interrupted).build(), Unclear),
            ("the machine was slow", new().limit(LimitKind::RealTime).build(), Unclear),
        ],
    );
    let killed = CheckKind::Exit(ExitCheck { code: None, signal: Some(9) });
    table(
        &killed,
        vec![
            ("by the right signal", new().killed(9, 0).build(), Pass),
            ("by another", new().killed(15, 0).build(), Fail("SIGTERM")),
            ("not at all", new().exit(0, 0).build(), Fail("exit code 0")),
        ],
    );
    let result = judged(zero, new().line("fine").error("Traceback").error("ValueError: 3").exit(1, 0).build());
    let shown: Vec<&str> = result.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
    assert_eq!(shown, ["Traceback", "ValueError: 3"], "what standard error says last");
}

#[test]
fn count() {
    let received = |lines: usize| (0..lines).fold(new(), |trace, n| trace.line(format!("received {n}")));
    let exactly = CheckKind::Count(Count { select: select("received"), bounds: equals("$#") });
    table(
        &exactly,
        vec![
            ("as many as arguments", received(2).build(), Pass),
            ("one too few", received(1).build(), Fail("1 line was `received`, but there should be 2")),
            ("one too many", received(3).build(), Fail("3 lines were")),
            ("none, but nearly", new().line("recieved 2").build(), Fail("the nearest line was `recieved 2`")),
            ("nothing printed", new().build(), Fail("printed nothing at all")),
            (
                "enough, but cut short",
                received(2).limit(LimitKind::Time).build(),
                Fail("nobody knows what would have come"),
            ),
            ("enough, then stuck for ever", received(2).stuck(&[]).build(), Pass),
        ],
    );
    let enough = CheckKind::Count(Count { select: select("received"), bounds: at_least("2") });
    table(
        &enough,
        vec![
            ("decided before the limit", received(2).limit(LimitKind::Cpu).build(), Pass),
            ("not decided", received(1).limit(LimitKind::Cpu).build(), Fail("CPU time")),
            ("not decided, by our fault", received(1).ended(Ended::Interrupted).build(), Unclear),
        ],
    );
    let only = Selector { only: [("n".to_owned(), operand("$1"))].into(), ..select("received") };
    let twos = CheckKind::Count(Count { select: only, bounds: equals("1") });
    table(
        &twos,
        vec![
            ("the value is there", new().line("received 2").line("received 3").build(), Pass),
            ("only others", new().line("received 3").build(), Fail("no `received` (n = 2) line")),
        ],
    );
}

#[test]
fn order_of_events() {
    let order = |by| {
        let events = ["received", "printing"].map(str::to_owned).to_vec();
        CheckKind::Order(Order::Events { events, by })
    };
    let crossed = || threads().thread(11).line("received 3").thread(12).line("received 2").line("printing 2");
    table(
        &order(None),
        vec![
            ("in order", new().line("received 3").line("received 2").line("printing 2").build(), Pass),
            (
                "twice round",
                new().line("received 3").line("printing 3").line("received 2").line("printing 2").build(),
                Pass,
            ),
            ("turned round", new().line("printing 2").line("received 2").build(), Fail("`printing` came first")),
            (
                "an unfinished round",
                new().line("received 1").line("printing 1").line("received 2").build(),
                Fail("`printing` never came after `received`"),
            ),
            ("no first", new().line("printing 2").build(), Fail("no `received` line")),
            ("no second", new().line("received 2").build(), Fail("no `printing` line")),
            ("done before the limit", crossed().limit(LimitKind::Time).build(), Pass),
        ],
    );
    table(
        &order(Some(GroupBy::Thread)),
        vec![
            ("each thread in order", crossed().thread(11).line("printing 3").build(), Pass),
            ("one never goes on", crossed().build(), Fail("never came of thread 11 after")),
            ("one goes on for the other", crossed().main().line("printing 3").build(), Fail("of thread 11")),
        ],
    );
    table(
        &order(Some(GroupBy::Field("n".to_owned()))),
        vec![
            ("each value in order", crossed().line("printing 3").build(), Pass),
            ("a value that was never received", crossed().line("printing 3").line("printing 4").build(), Fail("n = 4")),
        ],
    );
}

#[test]
fn order_of_values() {
    let values = |value| {
        let values = vec![operand(value)];
        CheckKind::Order(Order::Values { select: select("printing"), field: "n".to_owned(), values })
    };
    let printing = |values: &[&str]| values.iter().fold(new(), |trace, n| trace.line(format!("printing {n}")));
    table(
        &values("$many"),
        vec![
            ("just these", printing(&["3", "1", "2"]).build(), Pass),
            ("as numbers", printing(&["3.0", "1", "02"]).build(), Pass),
            ("two changed", printing(&["3", "2", "1"]).build(), Fail("line 2 should be 1, but it is 2")),
            ("one missing", printing(&["3", "1"]).build(), Fail("there is no `printing` line 3")),
            ("one too many", printing(&["3", "1", "2", "9"]).build(), Fail("but there are more")),
            ("none", new().build(), Fail("no `printing` line")),
            ("cut short", printing(&["3"]).limit(LimitKind::Time).build(), Fail("time limit")),
        ],
    );
}

#[test]
fn before() {
    let before = |by| CheckKind::Before(Before { first: "received".to_owned(), then: "printing".to_owned(), by });
    table(
        &before(None),
        vec![
            ("all before all", new().line("received 3").line("received 2").line("printing 2").build(), Pass),
            (
                "a late one",
                new().line("received 3").line("printing 3").line("received 2").build(),
                Fail("before a `received`"),
            ),
            ("no first", new().line("printing 3").build(), Fail("no `received` line")),
            ("no second", new().line("received 3").build(), Fail("no `printing` line")),
        ],
    );
    table(
        &before(Some(GroupBy::Field("n".to_owned()))),
        vec![
            (
                "each for itself",
                new().line("received 3").line("printing 3").line("received 2").line("printing 2").build(),
                Pass,
            ),
            ("one without its first", new().line("received 3").line("printing 2").build(), Fail("n = 2")),
        ],
    );
}

#[test]
fn elapsed() {
    let range = Bounds { at_least: Some(operand("2s")), at_most: Some(operand("2.2s")), equals: None };
    let whole = CheckKind::Elapsed(Elapsed { until: None, bounds: range.clone() });
    table(
        &whole,
        vec![
            ("within", new().at(2_100).build(), Pass),
            ("too short", new().at(1_999).build(), Fail("took 1.999 s, but it should take 2 s to 2.2 s")),
            ("too long", new().at(4_000).build(), Fail("took 4 s")),
            ("stuck in time", new().at(2_100).stuck(&[(10, "futex")]).build(), Fail("never came to its own end")),
            ("far too long for the wall", new().wall().at(4_000).build(), Fail("took 4 s")),
            ("a little too long for the wall", new().wall().at(2_400).build(), Unclear),
            ("too short for the wall", new().wall().at(1_900).build(), Fail("took 1.9 s")),
        ],
    );
    let until = CheckKind::Elapsed(Elapsed { until: Some(select("printing")), bounds: range });
    table(
        &until,
        vec![
            (
                "the last one counts",
                new().at(1).line("printing 1").at(2_000).line("printing 2").at(9_000).build(),
                Pass,
            ),
            ("too late", new().at(3_000).line("printing 2").build(), Fail("came after 3 s")),
            ("never", new().at(2_000).build(), Fail("no `printing` line")),
        ],
    );
    let least = CheckKind::Elapsed(Elapsed { until: None, bounds: at_least("2s") });
    table(&least, vec![("long enough before the limit", new().at(9_000).limit(LimitKind::Time).build(), Pass)]);
}

#[test]
fn gap() {
    let gap = |by, field: bool, bounds| {
        CheckKind::Gap(Gap {
            from: Some("received".to_owned()),
            to: "printing".to_owned(),
            by,
            bounds,
            field: field.then(|| ("n".to_owned(), GapUnit::Seconds)),
            tolerance: VirtualDuration::from_millis(50),
        })
    };
    let says = gap(Some(GroupBy::Field("n".to_owned())), true, Bounds::default());
    let both = || new().line("received 3").line("received 2");
    table(
        &says,
        vec![
            ("as long as it says", both().at(2_040).line("printing 2").at(3_000).line("printing 3").build(), Pass),
            (
                "too short",
                both().at(1_000).line("printing 2").at(3_000).line("printing 3").build(),
                Fail("it took 1 s"),
            ),
            ("too long", both().at(2_000).line("printing 2").at(5_000).line("printing 3").build(), Fail("it took 5 s")),
            ("never ended", both().at(2_000).line("printing 2").build(), Fail("never followed by its `printing`")),
            (
                "never begun",
                new().line("received 2").at(2_000).line("printing 2").line("printing 1").build(),
                Fail("has no `received`"),
            ),
            ("no number", new().line("received x").line("printing x").build(), Fail("a number of seconds")),
            ("none at all", new().build(), Fail("no `received` line")),
            (
                "the wrong way round",
                new().line("printing 2").at(2_000).line("received 2").build(),
                Fail("before its `received`"),
            ),
            (
                "a little off on the wall",
                both().wall().at(2_200).line("printing 2").at(3_000).line("printing 3").build(),
                Unclear,
            ),
            (
                "far off on the wall",
                both().wall().at(2_900).line("printing 2").at(3_000).line("printing 3").build(),
                Fail("it took 2.9 s"),
            ),
        ],
    );
    table(
        &gap(Some(GroupBy::Thread), false, at_most("1s")),
        vec![
            (
                "the n-th to the n-th",
                threads()
                    .thread(11)
                    .line("received 1")
                    .line("printing 1")
                    .at(5_000)
                    .line("received 2")
                    .at(6_000)
                    .line("printing 2")
                    .build(),
                Pass,
            ),
            (
                "another thread's do not count",
                threads().thread(11).line("received 1").thread(12).line("printing 1").build(),
                Fail("of thread 11"),
            ),
        ],
    );
    let since_start = CheckKind::Gap(Gap {
        from: None,
        to: "received".to_owned(),
        by: None,
        bounds: at_most("500ms"),
        field: None,
        tolerance: VirtualDuration::ZERO,
    });
    table(
        &since_start,
        vec![
            ("all at once", new().line("received 1").at(100).line("received 2").build(), Pass),
            (
                "one later",
                new().line("received 1").at(2_000).line("received 2").build(),
                Fail("from the start of the run"),
            ),
        ],
    );
}

#[test]
fn overlap() {
    let overlap = |bounds| {
        let by = Some(GroupBy::Thread);
        CheckKind::Overlap(Overlap { from: "read".to_owned(), to: "finished".to_owned(), by, bounds })
    };
    let apart = || {
        threads()
            .at(2_000)
            .thread(11)
            .line("a: read 0")
            .line("a: finished")
            .thread(12)
            .line("b: read 1")
            .line("b: finished")
    };
    let together = || {
        threads()
            .at(2_000)
            .thread(11)
            .line("a: read 0")
            .thread(12)
            .line("b: read 0")
            .thread(11)
            .line("a: finished")
            .thread(12)
            .line("b: finished")
    };
    table(
        &overlap(at_most("1")),
        vec![
            ("one after another at the same instant", apart().build(), Pass),
            ("together", together().build(), Fail("2 threads were between `read` and `finished` at 2.000 s")),
            ("never read", threads().thread(11).line("a: finished").build(), Fail("no `read` line")),
            ("never finished", threads().thread(11).line("a: read 0").build(), Fail("no `finished` line")),
            (
                "finished by another thread",
                threads().thread(11).line("a: read 0").main().line("a: finished").build(),
                Fail("of the same thread"),
            ),
            ("cut short", apart().limit(LimitKind::Time).build(), Fail("nobody knows")),
        ],
    );
    table(
        &overlap(at_least("2")),
        vec![
            ("together", together().build(), Pass),
            ("together before the limit", together().limit(LimitKind::Time).build(), Pass),
            ("apart", apart().build(), Fail("never more than 1 was between")),
            ("none", new().build(), Fail("no `read` line")),
        ],
    );
    let result = judged(overlap(at_most("1")), together().build());
    let shown: Vec<_> =
        result.evidence.iter().map(|evidence| (evidence.t, evidence.tid, evidence.text.as_str())).collect();
    assert!(shown.contains(&(2_000_000_000, 11, "a: read 0")) && shown.contains(&(2_000_000_000, 12, "b: read 0")));
}

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
fn field() {
    let field = |which, change: fn(&mut FieldCheck)| {
        let mut field = FieldCheck {
            select: select("read"),
            name: "value".to_owned(),
            which,
            equals: None,
            one_of: Vec::new(),
            matches: None,
            at_least: None,
            at_most: None,
        };
        change(&mut field);
        CheckKind::Field(field)
    };
    let reads = |values: &[&str]| values.iter().fold(new(), |trace, value| trace.line(format!("a: read {value}")));
    let is_two: fn(&mut FieldCheck) = |field| field.equals = Some(operand("$1"));
    table(
        &field(Which::All, is_two),
        vec![
            ("all", reads(&["2", "02"]).build(), Pass),
            ("not all", reads(&["2", "3"]).build(), Fail("should be 2, but it is 3 (at 0.000 s)")),
            ("none", new().build(), Fail("no `read` line")),
            ("cut short", reads(&["2"]).limit(LimitKind::Output).build(), Fail("KiB")),
        ],
    );
    table(
        &field(Which::First, is_two),
        vec![
            ("the first", reads(&["2", "3"]).limit(LimitKind::Time).build(), Pass),
            ("not the first", reads(&["3", "2"]).build(), Fail("is 3")),
        ],
    );
    table(
        &field(Which::Last, is_two),
        vec![
            ("the last", reads(&["3", "2"]).build(), Pass),
            ("not the last", reads(&["2", "3"]).build(), Fail("of the last `read` line")),
        ],
    );
    table(
        &field(Which::Any, is_two),
        vec![
            ("one of them", reads(&["3", "2"]).limit(LimitKind::Time).build(), Pass),
            ("no one", reads(&["3"]).build(), Fail("no `read` line has a `value` that is 2")),
        ],
    );
    table(
        &field(Which::All, |field| (field.at_least, field.at_most) = (Some(operand("$1")), Some(operand("10")))),
        vec![
            ("a number between", reads(&["2", "10"]).build(), Pass),
            ("a number beyond", reads(&["11"]).build(), Fail("at least 2 and at most 10, but it is 11")),
        ],
    );
    table(
        &field(Which::All, |field| field.one_of = vec![operand("1"), operand("$2")]),
        vec![
            ("one of these", reads(&["3", "1"]).build(), Pass),
            ("another", reads(&["2"]).build(), Fail("one of 1, 3")),
        ],
    );
    table(
        &field(Which::All, |field| field.matches = Regex::new("^[0-4]$").ok()),
        vec![
            ("it matches", reads(&["4"]).build(), Pass),
            ("it does not", reads(&["5"]).build(), Fail("matches `^[0-4]$`")),
        ],
    );
    let own_pid = field(Which::All, |field| {
        (field.select, field.name, field.equals) = (select("pid"), "pid".to_owned(), Some(operand("$pid")));
    });
    table(
        &own_pid,
        vec![
            ("its own", new().spawn_process(700).process(700).line("I am 700").build(), Pass),
            ("forged", new().line("I am 700").build(), Fail("should be 10, but it is 700")),
            ("none", new().build(), Fail("no `pid` line")),
        ],
    );
}

#[test]
fn never() {
    let never = |after: Option<&str>, before: Option<&str>| {
        let (after, before) = (after.map(str::to_owned), before.map(str::to_owned));
        CheckKind::Never(Never { select: select("printing"), after, before })
    };
    let lines = |lines: &[&str]| lines.iter().fold(new(), |trace, line| trace.line(*line));
    table(
        &never(None, None),
        vec![
            ("none", lines(&["started"]).build(), Pass),
            ("nothing at all", new().build(), Pass),
            ("one", lines(&["printing 1"]).build(), Fail("no `printing` line may come, but one did")),
            ("none yet", new().limit(LimitKind::Time).build(), Fail("time limit")),
            ("none, and stuck", new().stuck(&[]).build(), Pass),
        ],
    );
    table(
        &never(Some("started"), None),
        vec![
            ("only before it", lines(&["printing 1", "started"]).build(), Pass),
            ("after it", lines(&["started", "printing 1"]).build(), Fail("after `started`")),
            ("it never came", lines(&[]).build(), Fail("no `started` line")),
        ],
    );
    table(
        &never(None, Some("started")),
        vec![
            ("only after it", lines(&["started", "printing 1"]).limit(LimitKind::Time).build(), Pass),
            ("before it", lines(&["printing 1", "started"]).build(), Fail("before `started`")),
            ("it never came", lines(&["printing 1"]).build(), Fail("which never came")),
        ],
    );
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
fn deadlock() {
    let free = CheckKind::Deadlock(Deadlock { expected: false });
    table(
        &free,
        vec![
            ("it ends", new().build(), Pass),
            ("it gets stuck", new().at(1_000).stuck(&[(10, "futex 0x1")]).build(), Fail("got stuck at 1.000 s")),
            ("it polls for ever", new().ended(Ended::NoProgress).build(), Fail("polling")),
            ("it takes too long", new().limit(LimitKind::Time).build(), Fail("time limit")),
            ("it takes too long for this machine", new().limit(LimitKind::RealTime).build(), Unclear),
        ],
    );
    let stuck = CheckKind::Deadlock(Deadlock { expected: true });
    table(
        &stuck,
        vec![
            ("it gets stuck", new().stuck(&[(10, "futex 0x1")]).build(), Pass),
            ("it ends", new().build(), Fail("should get stuck")),
        ],
    );
    let result = judged(free, threads().stuck(&[(11, "futex 0x1"), (12, "futex 0x2")]).build());
    let waits: Vec<_> = result.evidence.iter().map(|evidence| (evidence.tid, evidence.text.as_str())).collect();
    assert_eq!(waits, [(11, "thread 11 waits on futex 0x1"), (12, "thread 12 waits on futex 0x2")]);
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

#[test]
fn snapshot() {
    let reference = || threads().line("started").thread(11).line("a: read 0").thread(12).line("b: read 0");
    let recorded = Recorded(Some(Normal::of(&reference().at(2_000).line("b: finished").build(), &[])));
    let judged = |mode, trace: Builder| {
        let kind = CheckKind::Snapshot(SnapshotCheck { mode, tolerance: VirtualDuration::from_millis(50) });
        judged_against(kind, trace.build(), &recorded)
    };
    let swapped = || threads().line("started").thread(12).line("b: read 0").thread(11).line("a: read 0").thread(12);
    let by_main = || threads().line("started").line("a: read 0").line("b: read 0").at(2_000).line("b: finished");
    let (times, order, exact) = (SnapshotMode::Times, SnapshotMode::Order, SnapshotMode::Exact);
    for (what, mode, trace, out) in [
        ("the same", exact, reference().at(2_040).line("b: finished"), Pass),
        ("simultaneous lines of other threads", exact, swapped().at(2_000).line("b: finished"), Pass),
        ("later", order, reference().at(4_000).line("b: finished"), Pass),
        ("later", times, reference().at(4_000).line("b: finished"), Fail("came at 4.000 s, but the reference")),
        (
            "too early",
            order,
            threads().line("started").line("b: finished").line("a: read 0").line("b: read 0"),
            Fail("at 0.000 s the reference prints `b: read 0`, but `b: finished` came"),
        ),
        ("a missing line", order, reference(), Fail("`b: finished` never came")),
        ("another line", order, reference().at(2_000).line("c: finished"), Fail("but `c: finished` came")),
        (
            "one too many",
            order,
            reference().at(2_000).line("b: finished").line("more"),
            Fail("after all that the reference"),
        ),
        ("nothing", order, new(), Fail("`started` never came")),
        ("all by the main thread", times, by_main(), Pass),
        ("all by the main thread", exact, by_main(), Fail("do not come from the same threads")),
        ("cut short", times, reference().limit(LimitKind::Time), Fail("time limit")),
        ("cut short by us", times, reference().ended(Ended::Interrupted), Unclear),
    ] {
        expect(what, &judged(mode, trace), &out);
    }
    // Two lines of one thread at one instant are ordered.
    let recorded = Recorded(Some(Normal::of(&new().line("one").line("two").build(), &[])));
    let kind = CheckKind::Snapshot(SnapshotCheck { mode: order, tolerance: VirtualDuration::ZERO });
    let turned = judged_against(kind, new().line("two").line("one").build(), &recorded);
    expect("turned round", &turned, &Fail("`two` came before `one`"));
}
