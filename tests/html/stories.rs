//! What the pages of the tests are about: runs, results and a class, made by hand.

use grade::check::verdict::{BuildSummary, CheckResult, Evidence, ExerciseResult, RunSummary, SCHEMA, Status, Verdict};
use grade::course::model::Language;
use grade::report::Single;
use grade::report::class::{CheckFacts, ExerciseFacts, Section, SectionOf, Shown};
use grade::report::html::submission_page;
use grade::trace::{Builder, ClockKind, Ended, EventKind, HttpPhase, Trace};

const SECOND: u64 = 1_000_000_000;

/// One result with the run that its page shows.
pub(crate) struct Story {
    pub(crate) facts: ExerciseFacts,
    pub(crate) result: ExerciseResult,
    pub(crate) shown: Shown,
}

impl Story {
    fn new(trace: Trace, checks: Vec<CheckResult>) -> Self {
        let facts = ExerciseFacts {
            id: "ex07_race".to_owned(),
            title: "The lost update".to_owned(),
            max_score: checks.iter().map(|check| check.max_points).sum(),
            checks: checks
                .iter()
                .map(|check| CheckFacts {
                    id: check.id.clone(),
                    name: check.name.clone(),
                    points: check.max_points,
                    hidden: false,
                })
                .collect(),
            sections: vec![Section {
                check: "exclusive".to_owned(),
                from: "read".to_owned(),
                from_pattern: "Reading".to_owned(),
                to: "finished".to_owned(),
                to_pattern: "Finished".to_owned(),
                by: SectionOf::Run,
            }],
        };
        Self { facts, result: result(checks), shown: Shown { case: "two updates".to_owned(), schedule: 17, trace } }
    }

    pub(crate) fn page(&self) -> String {
        let single = Single {
            facts: &self.facts,
            result: &self.result,
            file: "exercises/ex07_race/main.rs",
            shown: Some(&self.shown),
        };
        submission_page(&single, None)
    }
}

fn result(checks: Vec<CheckResult>) -> ExerciseResult {
    let failed = checks.iter().any(|check| check.status == Status::Failed);
    ExerciseResult {
        schema: SCHEMA.to_owned(),
        exercise: "ex07_race".to_owned(),
        language: Language::Rust,
        verdict: if failed { Verdict::Failed } else { Verdict::Passed },
        score: checks.iter().map(|check| check.points).sum(),
        max_score: checks.iter().map(|check| check.max_points).sum(),
        checks,
        build: BuildSummary { ok: true, ns: 300_000_000, output: "warning: unused variable: `x`\n".to_owned() },
        run: Some(RunSummary {
            used: None,
            most: None,
            cases: 3,
            schedules: 32,
            elapsed: 2 * SECOND,
            real: 41_000_000,
            cpu: 21_000_000,
            threads: 3,
            processes: 1,
            clock: ClockKind::Virtual,
            sandbox: "namespaces".to_owned(),
            ended: Ended::Exit,
            limit: None,
        }),
        replay: Some("grade ex07 --schedule 17".to_owned()),
        notes: Vec::new(),
    }
}

fn check(id: &str, name: &str, status: Status, points: u32) -> CheckResult {
    CheckResult {
        id: id.to_owned(),
        name: name.to_owned(),
        status,
        points: if status == Status::Passed { points } else { 0 },
        max_points: points,
        message: String::new(),
        expected: None,
        actual: None,
        hint: None,
        case: None,
        schedule: None,
        evidence: Vec::new(),
    }
}

/// A failed check with what shows it: the lines of the run that hold one of the words.
fn failed(id: &str, name: &str, points: u32, trace: &Trace, words: &[&str]) -> CheckResult {
    let moments = trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { text, .. } if words.iter().any(|word| text.contains(word)) => {
            Some(Evidence { t: event.t.as_nanos(), pid: event.pid, tid: event.tid, text: text.clone() })
        }
        _ => None,
    });
    CheckResult {
        message: "2 pieces of work were between `read` and `finished`, but there should be 1 at once.".to_owned(),
        expected: Some("1".to_owned()),
        actual: Some("2".to_owned()),
        hint: Some("Take one lock before `Reading`, and let it go after `Update Finished`.".to_owned()),
        case: Some("two updates".to_owned()),
        schedule: Some(17),
        evidence: moments.take(8).collect(),
        ..check(id, name, Status::Failed, points)
    }
}

/// Two threads that read, sleep and write without a lock.
pub(crate) fn lost_update() -> Story {
    let update = |run: Builder, tid| {
        run.thread(tid).line("1:Update Started").line("1:Sleeping").event(EventKind::Sleep { ns: 2 * SECOND })
    };
    let mut run = Builder::new().at(0).main().spawn_thread(101).main().spawn_thread(102);
    run = update(run.at_nanos(120_000), 101);
    run = update(run.at_nanos(180_000), 102);
    for (tid, at) in [(101, 2_000_200_000), (102, 2_000_320_000)] {
        run = run.at_nanos(at).thread(tid).event(EventKind::Wake {}).line("1:Reading Value From Db: 0");
    }
    for (tid, at) in [(101, 2_010_300_000), (102, 2_010_420_000)] {
        run = run.at_nanos(at).thread(tid).line("1:Updating Value").line("1:Update Finished").exit_thread(40_000);
    }
    let trace = run.at_nanos(2_010_900_000).main().line("Final value is 1").exit(0, 900_000).build();
    let checks = vec![
        check("ends-well", "The program ends by itself, with status 0", Status::Passed, 1),
        failed("no-lost-update", "The final value counts every update", 3, &trace, &["Final"]),
        failed("exclusive", "From reading to finished, an update is alone", 2, &trace, &["Reading", "Finished"]),
        check("as-recorded", "The lines come as in the reference's run", Status::Skipped, 2),
        check("parallel", "The work is shared", Status::Unobserved, 2),
    ];
    Story::new(trace, checks)
}

/// A thread that waits for another one's lock, and one that waits for both to end.
pub(crate) fn taken_in_turns() -> Story {
    let run = Builder::new().at(0).main().spawn_thread(101).main().spawn_thread(102);
    let run = run.at(1).thread(101).line("one has it").event(EventKind::Sleep { ns: 2 * SECOND });
    let run = run.at(500).main().event(EventKind::Wait { on: 1 }).thread(102).event(EventKind::Wait { on: 2 });
    let run = run.at(2_001).thread(101).event(EventKind::Wake {}).exit_thread(10_000);
    let run = run.at(2_001).thread(102).event(EventKind::Wake {}).line("two has it").exit_thread(10_000);
    let trace = run.at(2_002).main().event(EventKind::Wake {}).exit(0, 900_000).build();
    Story::new(trace, vec![check("ends-well", "The program ends by itself, with status 0", Status::Passed, 1)])
}

/// Two threads, each with the lock that the other wants.
pub(crate) fn deadlock() -> Story {
    let run = Builder::new().at(0).main().spawn_thread(101).main().spawn_thread(102);
    let run = run.at(5).thread(101).line("has the left fork").at(6).thread(102).line("has the right fork");
    let trace = run.at(8).stuck(&[(1, "thread 101"), (101, "futex 0x7f00a0"), (102, "futex 0x7f00b0")]).build();
    let mut story =
        Story::new(trace.clone(), vec![failed("no-deadlock", "Nobody waits forever", 5, &trace, &["fork"])]);
    let main = trace.events[0].tid;
    if main != 1 {
        story.shown.trace = Builder::new()
            .at(0)
            .main()
            .spawn_thread(101)
            .main()
            .spawn_thread(102)
            .at(5)
            .thread(101)
            .line("has the left fork")
            .at(6)
            .thread(102)
            .line("has the right fork")
            .at(8)
            .stuck(&[(main, "thread 101"), (101, "futex 0x7f00a0"), (102, "futex 0x7f00b0")])
            .build();
    }
    if let Some(run) = &mut story.result.run {
        run.ended = Ended::Stuck;
    }
    story
}

/// Requests that overlap, one never answered.
pub(crate) fn requests() -> Story {
    let mut run = Builder::new().at(0).main().line("fetching");
    for (at, id, phase, path) in [
        (10, 1, HttpPhase::Request, Some("/slow")),
        (20, 2, HttpPhase::Request, Some("/fast?x=<b>")),
        (30, 2, HttpPhase::Response, None),
        (40, 3, HttpPhase::Request, Some("/never")),
        (900, 1, HttpPhase::Response, None),
    ] {
        run = run.at(at).http(id, phase, path);
    }
    let trace = run.at(1000).main().line("done").exit(0, 5).build();
    Story::new(trace, vec![check("peak", "At most two at once", Status::Passed, 5)])
}

/// Everything that a program could write to get out of its page.
pub(crate) fn hostile() -> Story {
    let lines = [
        "<script>window.pwned = 1</script>".to_owned(),
        "</script><img src=x onerror=\"window.pwned = 1\">".to_owned(),
        "</title></svg></pre><iframe src=\"https://evil.example\">".to_owned(),
        "{{ 7 * 7 }}{% include 'x' %}".to_owned(),
        "\"><a href=javascript:window.pwned=1>x</a>".to_owned(),
        "\u{202e}dessap\u{2066}\u{200b}\0\x1b[2J\u{9b}31m".to_owned(),
        format!("Z{}", "\u{336}\u{0489}".repeat(200)),
        "x".repeat(60_000),
        "&lt;b&gt; &#0; ]]> <!--".to_owned(),
    ];
    let mut run = Builder::new().args(&["</svg><script>window.pwned=1</script>"]).at(0).main();
    for (at, line) in (1..).zip(&lines) {
        run = run.at(at).line(line.clone()).error(line.clone());
    }
    let trace = run.at(50).exit(0, 5).build();
    let mut checks: Vec<CheckResult> = lines
        .iter()
        .map(|line| {
            let mut check = failed("hostile", line, 1, &trace, &[line]);
            for text in [&mut check.message, &mut check.name, &mut check.id] {
                line.clone_into(text);
            }
            check.expected = Some(line.clone());
            check.actual = Some(line.clone());
            check.hint = Some(line.clone());
            check
        })
        .collect();
    checks[0].case = Some(lines[0].clone());
    let mut story = Story::new(trace, checks);
    story.result.notes.extend(lines.iter().cloned());
    story.result.build.output = lines.join("\n");
    story.result.replay = Some(lines[0].clone());
    story
}

/// A program that prints without end, and goes wrong in the middle.
pub(crate) fn flood() -> Story {
    let mut run = Builder::new().at(0).main().spawn_thread(101);
    for line in 0..100_000_u64 {
        let text = if line == 61_000 { "wrong".to_owned() } else { format!("line {line}") };
        run = run.at_nanos(line * 1_000).thread(101).line(text);
    }
    let trace = run.at(200).main().exit(0, 5).build();
    let checks = vec![failed("never", "Never wrong", 5, &trace, &["wrong"])];
    Story::new(trace, checks)
}

/// More threads than fit, of which the last one goes wrong.
pub(crate) fn crowd() -> Story {
    let mut run = Builder::new().at(0).main();
    for tid in 200..320 {
        run = run.main().spawn_thread(tid);
    }
    for tid in 200..320 {
        let text = if tid == 319 { "wrong" } else { "fine" };
        run = run.at(u64::from(tid)).thread(tid).line(text).exit_thread(5);
    }
    let trace = run.at(400).main().exit(0, 5).build();
    let checks = vec![failed("never", "Never wrong", 5, &trace, &["wrong"])];
    Story::new(trace, checks)
}

/// A run as large as a page must bear: 200 threads that write 50 lines each, of which one goes wrong.
pub(crate) fn large() -> Story {
    let mut run = Builder::new().at(0).main();
    for tid in 200..400 {
        run = run.main().spawn_thread(tid);
    }
    for line in 0..50_u64 {
        for tid in 200..400 {
            let text = if (line, tid) == (30, 277) { "wrong".to_owned() } else { format!("{tid}: line {line}") };
            run = run.at_nanos(line * 20_000_000 + u64::from(tid) * 1_000).thread(tid).line(text);
        }
    }
    let trace = run.at(1_200).main().exit(0, 5).build();
    let checks = vec![failed("never", "Never wrong", 5, &trace, &["wrong"])];
    Story::new(trace, checks)
}

/// The lowest contrast of text and what it stands on, by WCAG 2's formula, over all texts that are seen.
pub(crate) const WORST_CONTRAST: &str = r"(() => {
  const channel = (value) => { value /= 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4 };
  const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  let worst = { ratio: 99 };
  for (const node of document.querySelectorAll('main *:not(svg, svg *), footer')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.getClientRects().length || node.closest('.hidden')) continue;
    let under = node, paper = null;
    while (under && !paper) {
      const colour = parse(getComputedStyle(under).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) paper = colour;
      under = under.parentElement;
    }
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(paper || [255, 255, 255])].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: node.textContent.slice(0, 40), class: node.className };
  }
  return worst;
})()";
