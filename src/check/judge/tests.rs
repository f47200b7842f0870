use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};

use crate::check::testing::{
    ALL, Recorded, SOURCE, at_most, case, check, equals, judge_all, judged, operand, select, spec,
};
use crate::check::verdict::{Status, Verdict};
use crate::check::{CaseRun, judge};
use crate::course::model::{
    Bounds, Case, CheckKind, Count, Cpu, CpuOf, Deadlock, Elapsed, ExitCheck, Needs, Quantified, SnapshotCheck,
    SnapshotMode, Spec,
};
use crate::trace::{Builder, Ended, LimitKind, Trace};

fn count(bounds: Bounds) -> CheckKind {
    CheckKind::Count(Count { select: select("received"), bounds })
}

fn received(lines: usize) -> Trace {
    (0..lines).fold(Builder::new(), |trace, n| trace.line(format!("received {n}"))).exit(0, 0).build()
}

fn run(case_index: usize, schedule: u64, trace: Trace) -> CaseRun {
    CaseRun { case_index, schedule, trace }
}

#[test]
fn a_check_holds_only_in_every_case_and_schedule_and_the_first_that_breaks_it_is_shown() {
    let spec = spec(vec![case("one", &["1"]), case("two", &["2"])], vec![check("all", 3, count(equals("$1")))]);
    let good = judge_all(&spec, &[run(0, 0, received(1)), run(1, 0, received(2)), run(1, 7, received(2))]);
    assert_eq!((good.verdict(), good.score()), (Verdict::Passed, 3));
    let bad = judge_all(
        &spec,
        &[run(1, 9, received(0)), run(1, 7, received(1)), run(1, 0, received(2)), run(0, 0, received(1))],
    );
    assert_eq!((bad.verdict(), bad.score()), (Verdict::Failed, 0));
    let result = &bad.checks[0];
    assert_eq!((result.case.as_deref(), result.schedule), (Some("two"), Some(7)));
    assert_eq!((result.expected.as_deref(), result.actual.as_deref()), (Some("2"), Some("1")));
    assert_eq!(result.hint.as_deref(), Some("think of all"));
}

#[test]
fn a_check_of_some_cases_does_not_look_at_the_others() {
    let mut spec = spec(vec![case("one", &["1"]), case("two", &["2"])], vec![check("all", 3, count(equals("1")))]);
    spec.checks[0].cases = vec!["one".to_owned()];
    assert_eq!(judge_all(&spec, &[run(0, 0, received(1)), run(1, 0, received(2))]).verdict(), Verdict::Passed);
}

#[test]
fn a_case_that_was_not_run_is_no_case_that_passed() {
    let spec = spec(vec![case("one", &["1"]), case("two", &["2"])], vec![check("all", 3, count(equals("$1")))]);
    for runs in [vec![], vec![run(0, 0, received(1))]] {
        let judged = judge_all(&spec, &runs);
        assert_eq!((judged.verdict(), judged.score()), (Verdict::Inconclusive, 0));
    }
}

#[test]
fn a_hidden_case_tells_nothing_of_its_arguments() {
    let hidden = |name: &str, args: &[&str]| Case { hidden: true, ..case(name, args) };
    let cases = vec![hidden("secret seven", &["7"]), case("two", &["2"]), hidden("secret nine", &["9"])];
    let mut spec = spec(cases, vec![check("all", 3, count(equals("$1"))), check("exit", 1, count(at_most("8")))]);
    let judged = judge_all(&spec, &[run(0, 0, received(7)), run(1, 0, received(2)), run(2, 4, received(9))]);
    let result = &judged.checks[1];
    assert_eq!(
        (result.status, result.case.as_deref(), result.schedule),
        (Status::Failed, Some("hidden case 2"), Some(4))
    );
    assert_eq!((&result.expected, &result.actual, result.evidence.len()), (&None, &None, 0));
    assert!(result.hint.is_some(), "the hint is all that helps");
    let text = serde_json::to_string(&judged.checks).unwrap();
    assert!(!text.contains('9') && !text.contains("secret"), "{text}");

    // A visible case that shows the same is shown first.
    let judged = judge_all(&spec, &[run(0, 0, received(1)), run(1, 0, received(1)), run(2, 0, received(1))]);
    assert_eq!(judged.checks[0].case.as_deref(), Some("two"));

    // Neither does an undecided one.
    spec.checks.truncate(1);
    let unclear = Builder::new().line("received 9").ended(Ended::Interrupted).build();
    let judged = judge_all(&spec, &[run(0, 0, received(7)), run(1, 0, received(2)), run(2, 0, unclear)]);
    let text = serde_json::to_string(&judged.checks).unwrap();
    assert_eq!(judged.verdict(), Verdict::Inconclusive);
    assert!(!text.contains("received") && !text.contains("secret"), "{text}");
}

#[test]
fn what_an_engine_cannot_see_is_neither_passed_nor_failed() {
    let threads = CheckKind::Threads(Quantified { bounds: at_most("1"), busy: None });
    let deadlock = CheckKind::Deadlock(Deadlock { expected: false });
    let spec = spec(
        vec![case("one", &["1"])],
        vec![check("threads", 1, threads), check("deadlock", 1, deadlock), check("all", 1, count(equals("$1")))],
    );
    let runs = [run(0, 0, received(1))];
    let judged = judge(&spec, &runs, &SOURCE, Needs::default(), &Recorded(None));
    let statuses: Vec<Status> = judged.checks.iter().map(|check| check.status).collect();
    assert_eq!(statuses, [Status::Unobserved, Status::Unobserved, Status::Passed]);
    assert_eq!((judged.verdict(), judged.score()), (Verdict::Inconclusive, 1));
    assert!(judged.checks[1].message.contains("stuck"), "{}", judged.checks[1].message);
    assert_eq!(judge(&spec, &runs, &SOURCE, ALL, &Recorded(None)).verdict(), Verdict::Passed);
}

#[test]
fn what_needs_a_failed_check_is_skipped_and_so_on() {
    let needing = |id: &str, needs: &[&str], kind| {
        let mut check = check(id, 1, kind);
        check.needs = needs.iter().map(|need| (*need).to_owned()).collect();
        check
    };
    let exit = || CheckKind::Exit(ExitCheck { code: Some(0), signal: None });
    let checks = |bounds| {
        vec![
            needing("third", &["second"], exit()),
            needing("second", &["first"], exit()),
            check("first", 1, count(bounds)),
        ]
    };
    let judged = |bounds| judge_all(&spec(vec![case("one", &[])], checks(bounds)), &[run(0, 0, received(1))]);
    let failed = judged(equals("2"));
    let statuses: Vec<Status> = failed.checks.iter().map(|check| check.status).collect();
    assert_eq!(statuses, [Status::Skipped, Status::Skipped, Status::Failed]);
    assert_eq!((failed.verdict(), failed.score()), (Verdict::Failed, 0));
    assert_eq!(judged(equals("1")).score(), 3);
    // A spec fault makes the first undecided: nobody gets points for what needs it.
    let fault = judged(equals("many"));
    let statuses: Vec<Status> = fault.checks.iter().map(|check| check.status).collect();
    assert_eq!(statuses, [Status::Inconclusive; 3]);
    assert_eq!((fault.verdict(), fault.score(), fault.faults.len()), (Verdict::Inconclusive, 0, 1));
}

#[test]
fn an_authors_mistake_is_no_failure_of_the_students() {
    let snapshot = SnapshotCheck { mode: SnapshotMode::Order, tolerance: crate::clock::VirtualDuration::ZERO };
    for (kind, says) in [
        (CheckKind::Snapshot(snapshot), "grade bless"),
        (count(equals("$9")), "argument $9"),
        (CheckKind::Elapsed(Elapsed { until: None, bounds: at_most("2 parsecs") }), "parsecs"),
        (CheckKind::Count(Count { select: select("nobody"), bounds: equals("1") }), "no event `nobody`"),
    ] {
        let spec = spec(vec![case("one", &[])], vec![check("it", 1, kind)]);
        let judged = judge_all(&spec, &[run(0, 0, received(1))]);
        assert_eq!(judged.verdict(), Verdict::Inconclusive);
        assert!(judged.faults[0].to_string().contains(says), "{}", judged.faults[0]);
    }
}

#[test]
fn times_and_results_are_judged_under_all_schedules_and_cpu_under_the_natural_one() {
    let took = |millis, schedule| run(0, schedule, Builder::new().schedule(schedule).at(millis).build());
    let elapsed = CheckKind::Elapsed(Elapsed { until: None, bounds: at_most("2s") });
    let elapsed = spec(vec![case("one", &[])], vec![check("it", 1, elapsed)]);
    assert_eq!(judge_all(&elapsed, &[took(1_000, 0), took(2_000, 3)]).verdict(), Verdict::Passed);
    assert_eq!(judge_all(&elapsed, &[took(1_000, 0), took(9_000, 3)]).verdict(), Verdict::Failed);
    let held = |by| {
        let mut held = took(2_100, 3);
        held.trace.end.noise = by;
        judge_all(&elapsed, &[took(1_000, 0), held]).verdict()
    };
    assert_eq!(held(100_000_000), Verdict::Passed, "the schedule itself held it back");
    assert_eq!(held(99_000_000), Verdict::Failed);
    let cpu = CheckKind::Cpu(Cpu { of: CpuOf::Tree, bounds: at_most("2s") });
    let cpu = spec(vec![case("one", &[])], vec![check("it", 1, cpu)]);
    let used = |seconds: u64, schedule| {
        run(0, schedule, Builder::new().schedule(schedule).exit(0, seconds * 1_000_000_000).build())
    };
    assert_eq!(judge_all(&cpu, &[used(1, 0), used(9, 3)]).verdict(), Verdict::Passed);
    assert_eq!(judge_all(&cpu, &[used(9, 3)]).verdict(), Verdict::Failed, "only this one was run");
    let free = CheckKind::Deadlock(Deadlock { expected: false });
    let free = spec(vec![case("one", &[])], vec![check("it", 1, free)]);
    let stuck = run(0, 3, Builder::new().stuck(&[(10, "futex")]).build());
    assert_eq!(judge_all(&free, &[took(1_000, 0), stuck]).verdict(), Verdict::Failed);
}

#[test]
fn the_fixtures_address_is_what_the_program_was_given() {
    let mut spec = spec(vec![case("one", &["$http/a"])], vec![]);
    let mut only = select("received");
    only.only.insert("n".to_owned(), operand("$1"));
    spec.checks = vec![check("it", 1, CheckKind::Count(Count { select: only, bounds: equals("1") }))];
    let trace = Builder::new().args(&["main.py", "http://127.0.0.1:4000/a"]).line("received http://127.0.0.1:4000/a");
    assert_eq!(judge_all(&spec, &[run(0, 0, trace.build())]).verdict(), Verdict::Passed);
}

#[test]
fn points_that_were_won_before_the_end_are_kept() {
    let trace = || Builder::new().line("received 1").at(60_000);
    for (what, trace) in [
        ("a limit", trace().limit(LimitKind::Time).build()),
        ("a crash", trace().killed(11, 0).build()),
        ("a deadlock", trace().stuck(&[(10, "futex")]).build()),
        ("an interruption", trace().ended(Ended::Interrupted).build()),
    ] {
        let enough = Bounds { at_least: Some(operand("1")), ..Bounds::default() };
        assert_eq!(judged(count(enough), trace).status, Status::Passed, "{what}");
    }
}

/// Runs of three cases under four schedules, each with so many lines.
fn runs() -> impl Strategy<Value = Vec<CaseRun>> {
    prop::collection::vec((0_usize..3, 0_u64..4, 0_usize..4), 0..12)
        .prop_map(|all| all.into_iter().map(|(case, schedule, lines)| run(case, schedule, received(lines))).collect())
}

fn three_checks() -> Spec {
    let hidden = Case { hidden: true, ..case("three", &["2"]) };
    let cases = vec![case("one", &["2"]), case("two", &["2"]), hidden];
    let mut checks = vec![
        check("most", 1, count(at_most("2"))),
        check("just", 2, count(equals("$1"))),
        check("exit", 4, CheckKind::Exit(ExitCheck { code: Some(0), signal: None })),
    ];
    checks[2].needs = vec!["most".to_owned()];
    spec(cases, checks)
}

proptest! {
    #[test]
    fn another_run_never_mends_what_failed(runs in runs(), more in runs()) {
        let spec = three_checks();
        let before = judge_all(&spec, &runs);
        let mut all = runs;
        all.extend(more);
        let after = judge_all(&spec, &all);
        for (before, after) in before.checks.iter().zip(&after.checks) {
            if before.status == Status::Failed {
                prop_assert!(matches!(after.status, Status::Failed | Status::Skipped));
            }
        }
        prop_assert!(before.verdict() != Verdict::Failed || after.verdict() == Verdict::Failed);
    }

    #[test]
    fn the_order_of_runs_changes_nothing_and_points_are_those_of_passed_checks(runs in runs()) {
        let spec = three_checks();
        let judged = judge_all(&spec, &runs);
        let mut turned = runs;
        turned.sort_by_key(|run| (run.schedule, run.case_index, run.trace.events.len()));
        let again = judge_all(&spec, &turned);
        let statuses = |checks: &[crate::check::verdict::CheckResult]| checks.iter().map(|check| check.status).collect::<Vec<_>>();
        prop_assert_eq!(statuses(&judged.checks), statuses(&again.checks));
        let sum: u32 = judged.checks.iter().filter(|check| check.status == Status::Passed).map(|check| check.max_points).sum();
        prop_assert_eq!(judged.score(), sum);
        prop_assert_eq!(judged.verdict() == Verdict::Passed, sum == spec.max_score());
    }
}
