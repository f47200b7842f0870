//! Who is called what, whatever ids the system gave.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::trace::query::{Lives, Moment, lines};
use crate::trace::{Event, Trace};

/// A time of day, such as a log line begins with: it says once more when the line came, only less exactly.
static TIME_OF_DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b").expect("a valid expression"));

/// A writer's place: its process's and then its own place among those that wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    process: usize,
    thread: usize,
}

impl Rank {
    pub(super) fn name(self) -> String {
        match (self.process, self.thread) {
            (0, 0) => "main".to_owned(),
            (0, thread) => format!("T{thread}"),
            (process, 0) => format!("P{process}"),
            (process, thread) => format!("P{process}.T{thread}"),
        }
    }
}

/// Who is called what.
pub(super) struct Names {
    lives: Lives,
    /// By a thread's place among all threads.
    ranks: BTreeMap<usize, Rank>,
    /// The fixture's address, whose port is another in each run.
    host: Option<String>,
}

impl Names {
    pub(super) fn of(trace: &Trace) -> Self {
        let lives = Lives::of(trace);
        let mut writers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (event, _) in lines(trace).filter(|(event, _)| event.pid != 0) {
            let threads = writers.entry(lives.process_at(event.pid, event.seq)).or_default();
            let thread = lives.thread_at(event.tid, event.seq);
            if !threads.contains(&thread) {
                threads.push(thread);
            }
        }
        let mut ranks = BTreeMap::new();
        let mut process_rank = 0;
        for (process, mut threads) in writers {
            threads.sort_unstable();
            // The program itself and every process's first thread keep the place 0, also when they write nothing.
            if process != 0 {
                process_rank += 1;
            }
            let first = lives.processes().get(process).map(|found| found.pid);
            let mut thread_rank = 0;
            for thread in threads {
                let is_first = lives.threads().get(thread).map(|life| life.tid) == first;
                if !is_first {
                    thread_rank += 1;
                }
                let rank = if is_first { 0 } else { thread_rank };
                ranks.insert(thread, Rank { process: process_rank, thread: rank });
            }
        }
        Self { lives, ranks, host: fixture_host(trace) }
    }

    pub(super) fn rank(&self, event: &Event) -> Rank {
        let nobody = Rank { process: 0, thread: 0 };
        if event.pid == 0 {
            return nobody;
        }
        self.ranks.get(&self.lives.thread_at(event.tid, event.seq)).copied().unwrap_or(nobody)
    }

    pub(super) fn neutral(&self, event: &Event, text: &str) -> String {
        let text = match &self.host {
            Some(host) if text.contains(host.as_str()) => &text.replace(host.as_str(), "127.0.0.1:PORT"),
            _ => text,
        };
        let text = &*TIME_OF_DAY.replace_all(text, "HH:MM:SS");
        let mut neutral = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, tail) = rest.split_at(start);
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            let (digits, after) = tail.split_at(end);
            neutral.push_str(before);
            // `1.5` and `x86` hold digits, but no id.
            let part_of_more = before.ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_')
                || after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                || (after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_digit()));
            match self.id(event, digits, &text[..text.len() - tail.len()]).filter(|_| !part_of_more) {
                Some(name) => neutral.push_str(&name),
                None => neutral.push_str(digits),
            }
            rest = after;
        }
        neutral.push_str(rest);
        neutral
    }

    fn id(&self, event: &Event, digits: &str, before: &str) -> Option<String> {
        let number: u32 = digits.parse().ok()?;
        if event.pid == 0 || number == 0 || digits.starts_with('0') {
            return None;
        }
        let named = announces_an_id(before);
        if number == event.pid && (named || digits.len() >= 3) {
            return Some("$pid".to_owned());
        }
        if number == event.tid && (named || digits.len() >= 3) {
            return Some("$tid".to_owned());
        }
        if !named {
            return None;
        }
        let at = Moment::of(event);
        self.ranks.get(&self.lives.thread_at(number, at.seq)).map(|rank| rank.name())
    }
}

/// Whether a text ends as one does that goes on with an id: `pid 12`, `thread: 12`, `[process=12`.
fn announces_an_id(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ["pid", "tid", "process", "thread", "child", "worker", "parent"].iter().any(|word| before.ends_with(word))
}

/// The address that the HTTP fixture had: what the arguments name on the loopback.
fn fixture_host(trace: &Trace) -> Option<String> {
    trace.header.argv.iter().find_map(|arg| {
        let at = arg.find("127.0.0.1:")?;
        let port = &arg[at + "127.0.0.1:".len()..];
        let end = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
        (end > 0).then(|| format!("127.0.0.1:{}", &port[..end]))
    })
}
