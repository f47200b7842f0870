use std::io::{self, Write};

use serde_json::{Value, json};

use super::cast::{Actor, Cast};
use super::harmless;
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::{Event, EventKind, HttpPhase, Tid, Trace};

/// Where ids of the HTTP fixture's row stand: no process has this id (Linux ends at 4,194,304).
const FIXTURE: u32 = 4_194_305;
/// Perfetto takes process 0 for the idle task, so a program whose process is unknown gets an id that no process has.
const UNKNOWN: u32 = 4_194_306;

/// Writes `trace` for the [Perfetto UI](https://ui.perfetto.dev): the [Trace Event Format][format] in its object form.
/// A thread's life is a slice, timed waits are slices within it, lines are instants, an arrow leads from who started a
/// thread or process to it, requests to the HTTP fixture are asynchronous slices. Times are virtual.
///
/// [format]: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
///
/// # Errors
/// Only those of `out`.
pub fn write_perfetto(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let cast = Cast::of(trace);
    let mut timed = lives(&cast);
    timed.extend(moments(trace));
    // Slices must come before what they enclose: the sort is stable, and lives were first.
    timed.sort_by_key(|(at, _)| *at);
    let mut separator = "\n";
    out.write_all(b"{\"displayTimeUnit\":\"ns\",\"otherData\":")?;
    serde_json::to_writer(&mut *out, &other_data(trace))?;
    out.write_all(b",\"traceEvents\":[")?;
    for event in names(&cast, trace).into_iter().chain(timed.into_iter().map(|(_, event)| event)) {
        out.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *out, &event)?;
        separator = ",\n";
    }
    out.write_all(b"\n]}\n")
}

fn other_data(trace: &Trace) -> Value {
    json!({
        "schema": trace.header.schema,
        "argv": trace.header.argv,
        "clock": trace.header.clock,
        "schedule": trace.header.schedule.to_string(),
        "epoch": trace.header.epoch,
    })
}

/// Metadata: what processes and threads are called, and in which order they stand.
fn names(cast: &Cast, trace: &Trace) -> Vec<Value> {
    let mut events = Vec::new();
    for (place, actor) in cast.actors().iter().enumerate() {
        let (pid, tid) = ids(actor.pid, actor.tid);
        let mut name = |what: &str, args: Value| {
            events.push(json!({"ph": "M", "name": what, "pid": pid, "tid": tid, "args": args}));
        };
        if pid == tid {
            name("process_name", json!({"name": cast.process_name(actor.pid)}));
            name("process_sort_index", json!({"sort_index": place}));
        }
        let role = if pid == tid { "main" } else { "thread" };
        name("thread_name", json!({"name": role}));
        name("thread_sort_index", json!({"sort_index": place}));
    }
    if trace.events.iter().any(|event| matches!(event.kind, EventKind::Http { .. })) {
        events.push(
            json!({"ph": "M", "name": "process_name", "pid": FIXTURE, "tid": FIXTURE, "args": {"name": "http fixture"}}),
        );
    }
    events
}

fn ids(pid: u32, tid: Tid) -> (u32, u32) {
    match (pid, tid) {
        (0, _) => (UNKNOWN, UNKNOWN),
        (pid, 0) => (pid, pid),
        ids => ids,
    }
}

type Timed = (VirtualInstant, Value);

/// What has a duration, and the arrows from parents to children.
fn lives(cast: &Cast) -> Vec<Timed> {
    let slice = |actor: &Actor, name: String, from: VirtualInstant, to: VirtualInstant, args: Value| {
        let (pid, tid) = ids(actor.pid, actor.tid);
        let event = json!({"ph": "X", "cat": "thread", "name": name, "pid": pid, "tid": tid,
            "ts": micros(from.as_nanos()), "dur": micros(to.since(from).as_nanos()), "args": args});
        (from, event)
    };
    let mut events: Vec<Timed> = cast
        .actors()
        .iter()
        .map(|actor| {
            let args = actor.killed.map_or_else(|| json!({}), |signal| json!({"killed by signal": signal}));
            slice(actor, cast.label(actor.pid, actor.tid), actor.born, actor.died.unwrap_or(cast.end), args)
        })
        .collect();
    for (id, actor) in (1_u32..).zip(cast.actors()) {
        let starter = actor.parent.and_then(|parent| {
            let among = |same_process: bool| {
                cast.actors().iter().find(|other| other.tid == parent && (other.pid == actor.pid || !same_process))
            };
            among(true).or_else(|| among(false))
        });
        if let Some(starter) = starter {
            let arrow = |ph: &str, end: &Actor| {
                let (pid, tid) = ids(end.pid, end.tid);
                let event = json!({"ph": ph, "cat": "start", "name": "starts", "id": id, "bp": "e", "pid": pid, "tid": tid,
                    "ts": micros(actor.born.as_nanos())});
                (actor.born, event)
            };
            events.push(arrow("s", starter));
            events.push(arrow("f", actor));
        }
    }
    for actor in cast.actors() {
        events.extend(actor.sleeps.iter().map(|sleep| {
            let args = json!({"asked for": VirtualDuration::from_nanos(sleep.asked).to_string()});
            slice(actor, "timed wait".to_owned(), sleep.from, sleep.to, args)
        }));
        events.extend(actor.waits.iter().map(|wait| {
            slice(actor, "waits for another thread".to_owned(), wait.from, wait.to, json!({"on": wait.on}))
        }));
    }
    events
}

/// What happens at one moment.
fn moments(trace: &Trace) -> Vec<Timed> {
    trace.events.iter().filter_map(|event| Some((event.t, moment(event)?))).collect()
}

fn moment(event: &Event) -> Option<Value> {
    let (pid, tid) = ids(event.pid, event.tid);
    let ts = micros(event.t.as_nanos());
    let instant = |category: &str, name: String, scope: &str, args: Value| {
        Some(
            json!({"ph": "i", "cat": category, "name": name, "s": scope, "pid": pid, "tid": tid, "ts": ts, "args": args}),
        )
    };
    match &event.kind {
        EventKind::Line { fd, text, .. } => {
            instant("line", harmless(text), "t", json!({"stream": if *fd == 1 { "stdout" } else { "stderr" }}))
        }
        EventKind::Exec { path } => instant("exec", format!("exec {}", harmless(path)), "t", json!({})),
        EventKind::Exit { code: Some(code), .. } => instant("exit", format!("exit {code}"), "p", json!({})),
        EventKind::Exit { signal: Some(signal), .. } => instant("exit", format!("killed by {signal}"), "p", json!({})),
        EventKind::Stuck { threads, .. } => {
            let waits = threads.iter().map(|thread| (thread.tid.to_string(), json!(harmless(&thread.waits()))));
            instant("stuck", "stuck".to_owned(), "g", Value::Object(waits.collect()))
        }
        EventKind::Http { id, phase, method, path, status } => {
            let ph = match phase {
                HttpPhase::Open | HttpPhase::Request => "b",
                // A response ends its request; one that was answered has no close.
                HttpPhase::Response | HttpPhase::Close => "e",
            };
            let args = json!({"method": method, "path": path.as_deref().map(harmless), "status": status});
            Some(json!({"ph": ph, "cat": "http", "name": format!("http {id}"), "id": id.to_string(),
                "pid": FIXTURE, "tid": FIXTURE, "ts": ts, "args": args}))
        }
        EventKind::Zombie { parent } => instant("zombie", format!("never waited for by {parent}"), "p", json!({})),
        EventKind::Process { .. }
        | EventKind::Thread { .. }
        | EventKind::Sleep { .. }
        | EventKind::Wait { .. }
        | EventKind::Wake {}
        | EventKind::First { .. }
        | EventKind::Held { .. }
        | EventKind::Preempted { .. }
        | EventKind::Exit { .. } => None,
    }
}

/// The format counts in microseconds, with decimals for nanoseconds.
fn micros(nanos: u64) -> Value {
    if nanos.is_multiple_of(1000) {
        return json!(nanos / 1000);
    }
    let decimal = format!("{}.{:03}", nanos / 1000, nanos % 1000);
    json!(decimal.parse::<f64>().expect("digits and a point"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::super::samples::{event, line, trace};
    use super::write_perfetto;
    use crate::trace::{EventKind, HttpPhase, StuckThread, Trace};

    fn written(trace: &Trace) -> Value {
        let mut out = Vec::new();
        write_perfetto(trace, &mut out).expect("memory takes every byte");
        serde_json::from_slice(&out).expect("JSON")
    }

    fn http(t: u64, id: u64, phase: HttpPhase) -> crate::trace::Event {
        event(t, 0, 0, EventKind::Http { id, phase, method: None, path: Some("/x".to_owned()), status: None })
    }

    fn busy_run() -> Trace {
        trace(vec![
            event(0, 7, 7, EventKind::Process { parent: 0 }),
            event(0, 7, 7, EventKind::Exec { path: "/tmp/two".to_owned() }),
            event(1_500, 7, 8, EventKind::Thread { parent: 7 }),
            event(1_500, 7, 8, EventKind::Sleep { ns: 2_000 }),
            event(2_000, 9, 9, EventKind::Process { parent: 7 }),
            http(2_100, 1, HttpPhase::Open),
            http(2_200, 2, HttpPhase::Request),
            http(2_300, 2, HttpPhase::Response),
            http(2_400, 1, HttpPhase::Close),
            event(3_500, 7, 8, EventKind::Wake {}),
            line(3_500, 7, 8, "done \x1b[31m"),
            event(3_600, 7, 8, EventKind::Exit { code: None, signal: None, cpu: 5 }),
            event(3_700, 9, 9, EventKind::Exit { code: None, signal: Some(9), cpu: 5 }),
            event(4_000, 7, 7, EventKind::Stuck { threads: vec![StuckThread::new(7, 7, "futex")], cycles: Vec::new() }),
        ])
    }

    /// What the format's description says of the phases that we use.
    fn check_against_the_description(json: &Value) {
        let top = json.as_object().expect("the object form");
        assert!(matches!(top["displayTimeUnit"].as_str(), Some("ms" | "ns")));
        let mut open: BTreeMap<(u64, u64), Vec<(f64, f64)>> = BTreeMap::new();
        let mut flows: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut asynchronous: BTreeMap<String, i32> = BTreeMap::new();
        let mut last = 0.0;
        for event in top["traceEvents"].as_array().expect("an array of events") {
            let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("{key} in {event}"));
            let number = |key: &str| event[key].as_f64().unwrap_or_else(|| panic!("{key} in {event}"));
            let place = (event["pid"].as_u64().expect("a pid"), event["tid"].as_u64().expect("a tid"));
            assert!(place.0 > 0 && place.1 > 0, "0 is the idle task: {event}");
            assert!(!text("name").is_empty() || text("ph") == "i", "{event}");
            if text("ph") == "M" {
                match text("name") {
                    "process_name" | "thread_name" => assert!(event["args"]["name"].is_string()),
                    "process_sort_index" | "thread_sort_index" => assert!(event["args"]["sort_index"].is_u64()),
                    other => panic!("no metadata is called {other}"),
                }
                continue;
            }
            assert!(number("ts") >= last, "events are sorted, so that nesting needs no guessing: {event}");
            last = number("ts");
            assert!(event["cat"].is_string());
            match text("ph") {
                "X" => {
                    let (from, to) = (number("ts"), number("ts") + number("dur"));
                    let stack = open.entry(place).or_default();
                    stack.retain(|(_, end)| *end > from);
                    assert!(stack.last().is_none_or(|(_, end)| to <= *end), "slices of a thread nest: {event}");
                    stack.push((from, to));
                }
                "i" => assert!(matches!(text("s"), "t" | "p" | "g"), "{event}"),
                "s" | "f" => {
                    assert_eq!(text("bp"), "e", "an arrow ends at the slice around it");
                    let stack = &open[&place];
                    assert!(stack.iter().any(|(from, to)| *from <= last && last <= *to), "an arrow needs a slice");
                    flows.entry(event["id"].to_string()).or_default().push(text("ph"));
                }
                "b" => *asynchronous.entry(text("id").to_owned()).or_default() += 1,
                "e" => *asynchronous.entry(text("id").to_owned()).or_default() -= 1,
                other => panic!("no phase {other}"),
            }
        }
        assert!(flows.values().all(|ends| ends == &["s", "f"]), "{flows:?}");
        assert!(asynchronous.values().all(|open| *open == 0), "{asynchronous:?}");
    }

    #[test]
    fn the_file_is_what_the_formats_description_says() {
        check_against_the_description(&written(&busy_run()));
        check_against_the_description(&written(&trace(vec![])));
        check_against_the_description(&written(&trace(vec![line(5, 0, 0, "the wall engine knows no process")])));
    }

    #[test]
    fn sleeps_are_slices_lines_are_instants_and_children_hang_on_arrows() {
        let json = written(&busy_run());
        let events = json["traceEvents"].as_array().expect("events");
        let one = |ph: &str, name: &str| {
            let found: Vec<_> = events.iter().filter(|event| event["ph"] == ph && event["name"] == name).collect();
            assert_eq!(found.len(), 1, "{ph} {name}: {found:?}");
            found[0].clone()
        };
        let sleep = one("X", "timed wait");
        assert_eq!((&sleep["ts"], &sleep["dur"]), (&Value::from(1.5), &Value::from(2)));
        assert_eq!(sleep["args"]["asked for"], "2 µs");
        assert_eq!(one("i", r"done \x1b[31m")["ts"], 3.5);
        assert_eq!(events.iter().filter(|event| event["ph"] == "f").count(), 2);
        assert_eq!(one("X", "two 9")["args"]["killed by signal"], 9);
        assert_eq!(one("i", "stuck")["args"]["7"], "waits on futex");
    }
}
