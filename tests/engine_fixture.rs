//! The HTTP fixture beside a traced program: its delays are virtual, its record is in the trace, and it does not count.

use std::time::Duration;

use grade::course::model::Limits;
use grade::engine::{Engine, Interrupt, RunRequest, TracedEngine};
use grade::trace::{Ended, EventKind, HttpPhase, Trace};

const FETCH: &str = r#"
import sys, threading, time, urllib.request
start = time.monotonic()
def get(number):
    urllib.request.urlopen(sys.argv[1] + "/delay/" + str(number * 1000)).read()
    print(number, round(time.monotonic() - start, 1), flush=True)
threads = [threading.Thread(target=get, args=(number,)) for number in (3, 2, 1)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"#;

fn fetch(engine: &TracedEngine) -> Trace {
    let request = RunRequest {
        argv: vec!["/usr/bin/python3".into(), "-c".into(), FETCH.into(), "$http".into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        cwd: std::env::temp_dir(),
        stdin: Vec::new(),
        limits: Limits::default(),
        real_limit: Duration::from_mins(1),
        schedule: 0,
        places: Vec::new(),
        http: true,
        interrupt: Interrupt::default(),
    };
    engine.run(&request).expect("the run works")
}

#[test]
fn the_fixtures_delays_are_virtual_and_its_record_is_stamped() {
    let began = std::time::Instant::now();
    let trace = fetch(&TracedEngine::with_executable(env!("CARGO_BIN_EXE_grade")));
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_eq!(trace.end.ended, Ended::Exit, "{trace:?}");
    let lines: Vec<&str> = trace
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Line { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(lines.iter().map(|line| &line[..1]).collect::<Vec<_>>(), ["1", "2", "3"], "{lines:?}");
    let phases = |wanted: HttpPhase| {
        let is = |kind: &EventKind| matches!(kind, EventKind::Http { phase, .. } if *phase == wanted);
        trace.events.iter().filter(|event| is(&event.kind)).map(|event| event.t.as_nanos() / 1_000_000_000).collect()
    };
    let requests: Vec<u64> = phases(HttpPhase::Request);
    assert_eq!(requests.len(), 3);
    let responses: Vec<u64> = phases(HttpPhase::Response);
    assert_eq!(responses, [requests[0] + 1, requests[0] + 2, requests[0] + 3]);
    assert_eq!(trace.end.processes, 1, "the fixture is no process of the verdict");
    assert_eq!(trace.end.threads, 4);
    assert!(trace.end.unvirtualised.is_empty(), "{:?}", trace.end.unvirtualised);
}
