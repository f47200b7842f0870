//! A guest's trace does not depend on how busy the machine is: the same lines from the same threads in the same order,
//! at the same times to within ten milliseconds, ten times on an idle and ten times on a loaded machine.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use grade::trace::{EventKind, Trace, read_jsonl};

const RUNS: usize = 10;
const BURNERS_PER_CORE: usize = 4;
const WITHIN_NS: u64 = 10_000_000;

/// Threads, a pool, locks, a child process and the clock: lines at sixteen different moments.
const GUEST: &str = r#"
import subprocess, threading, time
from concurrent.futures import ThreadPoolExecutor

lock = threading.Lock()

def work(number):
    time.sleep(0.1 * number)
    print(f"{number} wakes", flush=True)
    with lock:
        time.sleep(0.03)
        print(f"{number} leaves", flush=True)

print("start", flush=True)
threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with ThreadPoolExecutor(2) as pool:
    for delay in pool.map(lambda delay: (time.sleep(delay), delay)[1], [0.5, 0.2, 0.4, 0.8]):
        print("pool", delay, flush=True)
        time.sleep(0.02)
subprocess.run(["sh", "-c", "sleep 2; echo child"])
print("end", flush=True)
"#;

/// A line as it must be the same in every run: its text, and its writer's number by first appearance.
type Lines = Vec<(String, usize)>;

fn traced(command: &[&str]) -> Trace {
    let file = tempfile::NamedTempFile::new().expect("a file for the trace");
    let status = Command::new(env!("CARGO_BIN_EXE_grade"))
        .args(["trace", "--format", "jsonl", "--out"])
        .arg(file.path())
        .arg("--")
        .args(command)
        .stdout(Stdio::null())
        .status()
        .expect("grade starts");
    assert!(status.success(), "grade trace: {status}");
    read_jsonl(BufReader::new(file.reopen().expect("the trace"))).expect("a whole trace")
}

fn lines(trace: &Trace) -> (Lines, Vec<u64>) {
    let mut writers = BTreeMap::new();
    let mut lines = Vec::new();
    let mut times = Vec::new();
    for event in &trace.events {
        if let EventKind::Line { text, .. } = &event.kind {
            let next = writers.len();
            lines.push((text.clone(), *writers.entry((event.pid, event.tid)).or_insert(next)));
            times.push(event.t.as_nanos());
        }
    }
    // The interpreter's start is CPU time, and differs.
    let first = times[0];
    (lines, times.into_iter().map(|time| time - first).collect())
}

/// Keeps every core busy for as long as it lives.
struct Load {
    over: Arc<AtomicBool>,
    burners: Vec<thread::JoinHandle<()>>,
}

impl Load {
    fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let cores = thread::available_parallelism().map_or(4, usize::from);
        let burners = (0..cores * BURNERS_PER_CORE)
            .map(|_| {
                let over = over.clone();
                thread::spawn(move || while !over.load(Ordering::Relaxed) {})
            })
            .collect();
        Self { over, burners }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for burner in self.burners.drain(..) {
            let _ = burner.join();
        }
    }
}

#[test]
fn a_trace_is_the_same_on_an_idle_and_on_a_loaded_machine() {
    let run = |_| lines(&traced(&["/usr/bin/python3", "-c", GUEST]));
    let idle: Vec<_> = (0..RUNS).map(run).collect();
    let load = Load::new();
    let loaded: Vec<_> = (0..RUNS).map(run).collect();
    drop(load);
    let (reference, times) = &idle[0];
    assert_eq!(reference.len(), 17, "{reference:?}");
    for (run, (other, other_times)) in idle.iter().chain(&loaded).enumerate() {
        assert_eq!(other, reference, "run {run}");
        for (((text, _), time), reference) in other.iter().zip(other_times).zip(times) {
            let apart = time.abs_diff(*reference);
            assert!(apart <= WITHIN_NS, "run {run}: `{text}` came {} µs earlier or later", apart / 1000);
        }
    }
}

#[test]
fn sleeps_beside_a_thread_that_computes_end_at_their_time_however_busy_the_machine_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let guest = folder.path().join("burner");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guests/c/burner_without_calls.c");
    let built = Command::new("gcc").args(["-O1", "-pthread", "-o"]).arg(&guest).arg(source).status();
    assert!(built.expect("gcc is needed").success());
    let _load = Load::new();
    for _ in 0..RUNS {
        let (lines, times) = lines(&traced(&[guest.to_str().expect("a plain name")]));
        for ((text, _), time) in lines.iter().zip(times) {
            let ideal = match text.strip_prefix("slept ") {
                Some(count) => count.parse::<u64>().expect("a number") * 50,
                None if text == "start" => 0,
                None => 400,
            };
            assert!(
                time.abs_diff(ideal * 1_000_000) <= WITHIN_NS,
                "`{text}` came at {} ms, not {ideal}",
                time / 1_000_000
            );
        }
    }
}
