use super::{Out::Fail, Out::Pass, Out::Unclear, new, table, threads};
use crate::check::testing::{at_least, equals, judged, operand, select};
use crate::course::model::{Before, CheckKind, Count, ExitCheck, FieldCheck, GroupBy, Never, Order, Selector, Which};
use crate::trace::{Ended, LimitKind};
use regex::Regex;

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
            ("nothing printed", new().build(), Fail("no `received` line was printed")),
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
