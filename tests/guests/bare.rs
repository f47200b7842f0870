//! The same guest without us, in real time: how the expectations themselves are checked (`GRADE_GUESTS=bare`).

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use grade::clock::VirtualInstant;
use grade::trace::{ClockKind, End, Ended, Event, EventKind, ExitStatus, Header, SCHEMA, Trace};

/// Runs `command`; one that is expected to be stuck is ended after `patience`.
pub(crate) fn run(command: &[OsString], patience: Duration) -> Result<(Trace, Output), String> {
    let start = Instant::now();
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("failed to start the guest: {error}"))?;
    let (sender, lines) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("a pipe")), Box::new(child.stderr.take().expect("a pipe"))];
    for (fd, stream) in (1..).zip(streams) {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                let _ = sender.send((start.elapsed(), fd, std::mem::take(&mut line)));
            }
        });
    }
    drop(sender);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if start.elapsed() < patience => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut events = Vec::new();
    while let Ok((at, fd, bytes)) = lines.recv_timeout(Duration::from_millis(200)) {
        if fd == 1 {
            stdout.extend(&bytes);
        } else {
            stderr.extend(&bytes);
        }
        let text = String::from_utf8_lossy(&bytes);
        let partial = !text.ends_with('\n');
        let text = text.trim_end_matches('\n').to_owned();
        let t = VirtualInstant::from_nanos(u64::try_from(at.as_nanos()).unwrap_or(u64::MAX));
        let kind = EventKind::Line { fd, text, partial, lossy: false, cut: false };
        events.push(Event { t, seq: events.len() as u64, pid: 0, tid: 0, kind });
    }
    events.sort_by_key(|event| event.t);
    let exit = status.map(|status| {
        status.code().map_or_else(|| ExitStatus::Signal(status.signal().unwrap_or_default()), ExitStatus::Code)
    });
    let ended = match exit {
        Some(ExitStatus::Code(_)) => Ended::Exit,
        Some(ExitStatus::Signal(_)) => Ended::Signal,
        None => Ended::Stuck,
    };
    // The status that `grade trace` would have ended with, as `wait` gives it.
    let code = match exit {
        Some(ExitStatus::Code(code)) => code,
        Some(ExitStatus::Signal(signal)) => 128 + signal,
        None => 124,
    };
    let status = std::process::ExitStatus::from_raw(code << 8);
    let header = Header {
        schema: SCHEMA.to_owned(),
        argv: Vec::new(),
        clock: ClockKind::Wall,
        schedule: 0,
        epoch: String::new(),
    };
    let end = End {
        used: None,
        most: None,
        exit,
        ended,
        limit: None,
        elapsed: 0,
        real: 0,
        cpu: 0,
        threads: 0,
        processes: 0,
        stops: 0,
        jumps: 0,
        refused: Vec::new(),
        noise: 0,
        unvirtualised: Vec::new(),
    };
    Ok((Trace { header, events, end }, Output { status, stdout, stderr }))
}
