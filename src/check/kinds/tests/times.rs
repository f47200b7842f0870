use std::collections::BTreeMap;

use super::{Out::Fail, Out::Pass, Out::Unclear, expect, new, table, threads};
use crate::check::testing::{Recorded, at_least, at_most, judged, judged_against, operand, select};
use crate::clock::VirtualDuration;
use crate::course::model::{
    Bounds, CheckKind, Deadlock, Elapsed, Gap, GapUnit, GroupBy, Overlap, SnapshotCheck, SnapshotMode,
};
use crate::trace::{Builder, Ended, LimitKind, Normal, StuckThread, Taken};

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
        CheckKind::Overlap(Overlap {
            from: "read".to_owned(),
            to: "finished".to_owned(),
            only: BTreeMap::new(),
            by,
            bounds,
        })
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
            ("apart", apart().build(), Fail("never more than one thread was between")),
            ("none", new().build(), Fail("no `read` line")),
        ],
    );
    let result = judged(overlap(at_most("1")), together().build());
    let shown: Vec<_> =
        result.evidence.iter().map(|evidence| (evidence.t, evidence.tid, evidence.text.as_str())).collect();
    assert!(shown.contains(&(2_000_000_000, 11, "a: read 0")) && shown.contains(&(2_000_000_000, 12, "b: read 0")));
}

#[test]
fn overlap_of_certain_values() {
    let of = |who: &str| {
        let only = BTreeMap::from([("who".to_owned(), operand(who))]);
        let (from, to) = ("read".to_owned(), "finished".to_owned());
        CheckKind::Overlap(Overlap { from, to, only, by: None, bounds: at_most("1") })
    };
    let crowded = || {
        threads()
            .thread(11)
            .line("a: read 0")
            .thread(12)
            .line("b: read 0")
            .line("b: read 1")
            .line("b: finished")
            .line("a: finished")
    };
    table(&of("a"), vec![("others overlap", crowded().build(), Pass)]);
    table(
        &of("b"),
        vec![
            ("these overlap", crowded().build(), Fail("2 pieces of work were between")),
            ("none of these", threads().thread(11).line("a: read 0").line("a: finished").build(), Fail("who = b")),
        ],
    );
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
    let waits = |tid, holder, after: &str| StuckThread {
        holder: Some(holder),
        taken: Some(Taken { t: None, after: Some(after.to_owned()) }),
        ..StuckThread::new(10, tid, "futex 0x1")
    };
    let circle = threads().stuck_threads(vec![waits(11, 12, "b: starts"), waits(12, 11, "a: starts")]).build();
    let result = judged(free.clone(), circle);
    assert_eq!(
        result.message,
        "The run got stuck at 0.000 s (lock cycle of 2 threads): thread 11 waits for the lock that thread 12 holds (taken \
         after it wrote `b: starts`), and thread 12 waits for the lock that thread 11 holds (taken after it wrote `a: starts`)."
    );
    let result = judged(free, threads().stuck(&[(11, "futex 0x1"), (12, "futex 0x2")]).build());
    let waits: Vec<_> = result.evidence.iter().map(|evidence| (evidence.tid, evidence.text.as_str())).collect();
    assert_eq!(waits, [(11, "thread 11 waits on futex 0x1"), (12, "thread 12 waits on futex 0x2")]);
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
            reference().at(2_000).line("b: finished").line("a: finished"),
            Fail("after all that the reference"),
        ),
        ("one that is no event", order, reference().line("more").at(2_000).line("b: finished").line("more"), Pass),
        ("nothing", order, new(), Fail("`started` never came")),
        ("all by the main thread", times, by_main(), Pass),
        ("all by the main thread", exact, by_main(), Fail("do not come from the same threads")),
        ("cut short", times, reference().limit(LimitKind::Time), Fail("time limit")),
        ("cut short by us", times, reference().ended(Ended::Interrupted), Unclear),
    ] {
        expect(what, &judged(mode, trace), &out);
    }
    // Two lines of one thread at one instant are ordered.
    let recorded = Recorded(Some(Normal::of(&new().line("started").line("a: read 0").build(), &[])));
    let kind = CheckKind::Snapshot(SnapshotCheck { mode: order, tolerance: VirtualDuration::ZERO });
    let turned = judged_against(kind, new().line("a: read 0").line("started").build(), &recorded);
    expect("turned round", &turned, &Fail("`a: read 0` came before `started`"));
}
