//! What the wall engine costs and how exact its times are.
//!
//! `cargo bench --bench wall_engine` prints medians. A line's time is that of its reading; how much later that is than
//! its writing is asked of a program that prints the clock itself.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::process::Command;
use std::time::{Duration, Instant};

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, WallEngine};
use grade::trace::{EventKind, Trace};

const ROUNDS: usize = 31;

fn main() {
    let bare = median(|| Command::new("/bin/true").status().expect("a run of true"));
    let watched = median(|| run(&["/bin/true"], false));
    let with_fixture = median(|| run(&["/bin/true"], true));
    row("a run of `true`, bare", bare);
    row("the same under the wall engine", watched);
    row("the same with the HTTP fixture", with_fixture);

    let clock = "import time\nfor _ in range(200): print(time.monotonic_ns(), flush=True); time.sleep(0.003)";
    let trace = run(&["python3", "-c", clock], false);
    let mut late = lateness(&trace);
    late.sort_unstable();
    row("a line's time is late by (median)", late[late.len() / 2]);
    row("a line's time is late by (99 of 100)", late[late.len() * 99 / 100]);
    row("and the noise that the trace admits", Duration::from_nanos(trace.end.noise));

    let tree = "for i in $(seq 50); do sleep 100 & done; exit";
    row("ending fifty orphans", Duration::from_nanos(run(&["sh", "-c", tree], false).end.real));
}

fn row(what: &str, took: Duration) {
    println!("{what:<40}{:>10.3} ms", took.as_secs_f64() * 1000.0);
}

fn run(argv: &[&str], http: bool) -> Trace {
    let request = RunRequest {
        argv: argv.iter().map(Into::into).collect(),
        env: std::env::vars_os().collect(),
        cwd: std::env::temp_dir(),
        stdin: Vec::new(),
        limits: Limits::default(),
        real_limit: Duration::from_mins(1),
        schedule: 0,
        places: Vec::new(),
        http,
        interrupt: Interrupt::default(),
    };
    WallEngine::with_executable(env!("CARGO_BIN_EXE_grade")).run(&request).expect("a run")
}

fn median<T>(mut subject: impl FnMut() -> T) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            subject();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// How much later each line was stamped than it was written, against the line that was stamped soonest.
fn lateness(trace: &Trace) -> Vec<Duration> {
    let offset = |kind: &EventKind, at: u64| match kind {
        EventKind::Line { text, .. } => Some(i128::from(at) - text.parse::<i128>().expect("a clock reading")),
        _ => None,
    };
    let offsets: Vec<_> = trace.events.iter().filter_map(|event| offset(&event.kind, event.t.as_nanos())).collect();
    let soonest = offsets.iter().min().copied().expect("a line");
    let late = |offset: &i128| Duration::from_nanos(u64::try_from(offset - soonest).unwrap_or(u64::MAX));
    offsets.iter().map(late).collect()
}
