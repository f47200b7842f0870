use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;

use super::query::{Lives, Moment, lines};
use super::{Event, Trace};
use crate::clock::VirtualDuration;

/// Lines closer than this to the one before them are at the same instant. Running a program takes time, too (an
/// interpreter's start, an import), and what is only that long apart was not put apart by the program.
const SAME_INSTANT: VirtualDuration = VirtualDuration::from_millis(100);

/// A run's lines as a partial order, in which all that a run's luck decides is gone.
///
/// Lines at different instants are ordered; at the same instant only lines of one thread are. Threads are renamed by
/// birth, counting only those that wrote something: `main`, `T1`, `T2` in the program itself, `P1`, `P1.T1` in its children. Times are
/// rounded to milliseconds; the time of an instant is that of its first line.
///
/// As text, which is what a snapshot holds:
///
/// ```text
/// 0.000 s
///   main: Main started
///   T1: DELAY 3 received
///   T2: DELAY 2 received
/// 2.000 s
///   T2: Printing DELAY 2
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normal {
    /// The instants, in order.
    pub instants: Vec<Instant>,
}

/// Lines at the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// When, in virtual milliseconds since the start.
    pub millis: u64,
    /// Each thread's lines, the threads in order of their names.
    pub chains: Vec<Chain>,
}

/// One thread's lines at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The thread's name.
    pub who: String,
    /// Its lines, in order.
    pub texts: Vec<String>,
}

impl Normal {
    /// The normal form of a run. Of a line that one of `patterns` matches, only the part that matches counts: what a
    /// student's logging puts before it (a date, a level) is theirs.
    pub fn of(trace: &Trace, patterns: &[&Regex]) -> Self {
        let names = Names::of(trace);
        let mut instants: Vec<(u64, BTreeMap<Rank, Vec<String>>)> = Vec::new();
        let mut last = None;
        for (event, text) in lines(trace) {
            let same = last.is_some_and(|last| event.t.since(last) < SAME_INSTANT);
            last = Some(event.t);
            if !same {
                instants.push(((event.t.as_nanos() + 500_000) / 1_000_000, BTreeMap::new()));
            }
            if let Some((_, chains)) = instants.last_mut() {
                chains.entry(names.rank(event)).or_default().push(names.neutral(event, essence(text, patterns)));
            }
        }
        let instants = instants
            .into_iter()
            .map(|(millis, chains)| Instant {
                millis,
                chains: chains.into_iter().map(|(rank, texts)| Chain { who: rank.name(), texts }).collect(),
            })
            .collect();
        Self { instants }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.instants.iter().map(Instant::len).sum()
    }

    /// Whether there is no line at all.
    pub fn is_empty(&self) -> bool {
        self.instants.is_empty()
    }

    /// Whether another run's form is the same but for times that are at most `tolerance` apart, and but for which of several
    /// threads that were born alike did what: five workers that take turns may take them in any order.
    pub fn same_within(&self, other: &Self, tolerance: VirtualDuration) -> bool {
        self.instants.len() == other.instants.len()
            && self
                .instants
                .iter()
                .zip(&other.instants)
                .all(|(one, other)| VirtualDuration::from_millis(one.millis.abs_diff(other.millis)) <= tolerance)
            && self.histories() == other.histories()
    }

    /// What each thread wrote at which instants, in an order that does not depend on the threads' names.
    fn histories(&self) -> Vec<History<'_>> {
        let mut by_name: BTreeMap<&str, Vec<(usize, &[String])>> = BTreeMap::new();
        for (at, instant) in self.instants.iter().enumerate() {
            for chain in &instant.chains {
                by_name.entry(&chain.who).or_default().push((at, &chain.texts));
            }
        }
        let mut histories: Vec<_> = by_name.into_iter().map(|(name, wrote)| (kind_of(name), wrote)).collect();
        histories.sort_unstable();
        histories
    }
}

/// A thread's kind (see [`kind_of`]) and what it wrote at which instants.
type History<'a> = (String, Vec<(usize, &'a [String])>);

/// A name without its numbers: `main`, `T`, `P`, `P.T`.
fn kind_of(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

impl Instant {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.chains.iter().map(|chain| chain.texts.len()).sum()
    }

    /// Whether there is no line at all.
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }
}

/// The text of every line, in order, with ids of processes and threads made neutral: the writer's own as `$pid` and
/// `$tid`, another's by its name; a time of day becomes `HH:MM:SS`. A number is taken for an id only where that is hardly chance: it stands behind a word
/// such as "pid" or "thread", or it is the writer's own and has three digits or more.
pub fn neutral_texts(trace: &Trace, patterns: &[&Regex]) -> Vec<String> {
    let names = Names::of(trace);
    lines(trace).map(|(event, text)| names.neutral(event, essence(text, patterns))).collect()
}

/// The part of a line that the first pattern which matches asks for; the whole line when none does.
fn essence<'t>(text: &'t str, patterns: &[&Regex]) -> &'t str {
    patterns.iter().find_map(|pattern| pattern.find(text)).map_or(text, |found| found.as_str())
}

/// A time of day, such as a log line begins with: it says once more when the line came, only less exactly.
static TIME_OF_DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b").expect("a valid expression"));

/// A writer's place: its process's and then its own place among those that wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    process: usize,
    thread: usize,
}

impl Rank {
    fn name(self) -> String {
        match (self.process, self.thread) {
            (0, 0) => "main".to_owned(),
            (0, thread) => format!("T{thread}"),
            (process, 0) => format!("P{process}"),
            (process, thread) => format!("P{process}.T{thread}"),
        }
    }
}

/// Who is called what.
struct Names {
    lives: Lives,
    /// By a thread's place among all threads.
    ranks: BTreeMap<usize, Rank>,
    /// The fixture's address, whose port is another in each run.
    host: Option<String>,
}

impl Names {
    fn of(trace: &Trace) -> Self {
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

    fn rank(&self, event: &Event) -> Rank {
        let nobody = Rank { process: 0, thread: 0 };
        if event.pid == 0 {
            return nobody;
        }
        self.ranks.get(&self.lives.thread_at(event.tid, event.seq)).copied().unwrap_or(nobody)
    }

    fn neutral(&self, event: &Event, text: &str) -> String {
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

impl fmt::Display for Normal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for instant in &self.instants {
            writeln!(formatter, "{}.{:03} s", instant.millis / 1000, instant.millis % 1000)?;
            for chain in &instant.chains {
                for text in &chain.texts {
                    if text.is_empty() {
                        writeln!(formatter, "  {}:", chain.who)?;
                    } else {
                        writeln!(formatter, "  {}: {}", chain.who, escaped(text))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Control characters would be lost or do harm in a terminal, a last space would be trimmed: both are written out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let last = at + letter.len_utf8() == text.len();
        if letter == '\\' {
            escaped.push_str("\\\\");
        } else if letter.is_control() || (last && letter.is_whitespace()) {
            escaped.extend(letter.escape_unicode());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        rest = if let Some(after) = escape.strip_prefix('\\') {
            plain.push('\\');
            after
        } else {
            let (code, after) = escape.strip_prefix("u{")?.split_once('}')?;
            plain.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
            after
        };
    }
    plain.push_str(rest);
    Some(plain)
}

/// Why a text is no normal form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct NormalParseError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FromStr for Normal {
    type Err = NormalParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut normal = Self::default();
        for (at, line) in text.lines().enumerate() {
            let problem = |problem| NormalParseError { line: at + 1, problem };
            if line.trim().is_empty() {
                continue;
            }
            let Some(entry) = line.strip_prefix("  ") else {
                let millis = read_time(line.trim_end()).ok_or(problem("a time such as `2.000 s` belongs here"))?;
                normal.instants.push(Instant { millis, chains: Vec::new() });
                continue;
            };
            let (who, text) = entry.split_once(':').ok_or(problem("a thread's name and a colon belong here"))?;
            let text =
                unescaped(text.strip_prefix(' ').unwrap_or(text)).ok_or(problem("`\\` begins no escape here"))?;
            let instant = normal.instants.last_mut().ok_or(problem("a time belongs before the first line"))?;
            match instant.chains.iter_mut().find(|chain| chain.who == who) {
                Some(chain) => chain.texts.push(text),
                None => instant.chains.push(Chain { who: who.to_owned(), texts: vec![text] }),
            }
        }
        Ok(normal)
    }
}

fn read_time(text: &str) -> Option<u64> {
    let (seconds, millis) = text.strip_suffix(" s")?.split_once('.')?;
    if millis.len() != 3 || seconds.is_empty() || !(seconds.bytes().chain(millis.bytes())).all(|b| b.is_ascii_digit()) {
        return None;
    }
    seconds.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(millis.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, prop, prop_assert_eq, proptest};
    use regex::Regex;

    use super::{Normal, neutral_texts};
    use crate::clock::VirtualDuration;
    use crate::trace::{Builder, Trace};

    fn two_delays(first: u32, second: u32) -> Builder {
        Builder::new()
            .line("Main started")
            .spawn_thread(first)
            .spawn_thread(99)
            .spawn_thread(second)
            .thread(first)
            .line("DELAY 3 received")
            .main()
            .line("Main goes on")
            .thread(second)
            .line("DELAY 2 received")
            .at(2_001)
            .line("Printing DELAY 2")
    }

    #[test]
    fn a_run_reads_as_instants_and_threads() {
        let trace = two_delays(12, 14).build();
        let text = "\
0.000 s
  main: Main started
  main: Main goes on
  T1: DELAY 3 received
  T2: DELAY 2 received
2.001 s
  T2: Printing DELAY 2
";
        assert_eq!(Normal::of(&trace, &[]).to_string(), text);
        assert_eq!(text.parse(), Ok(Normal::of(&trace, &[])));
    }

    #[test]
    fn what_the_program_needs_to_run_puts_no_lines_apart() {
        let trace = Builder::new().at(35).line("a").at(80).line("b").at(180).line("c").build();
        let times: Vec<u64> = Normal::of(&trace, &[]).instants.iter().map(|instant| instant.millis).collect();
        assert_eq!(times, [35, 180], "45 ms are the same instant, 100 ms are not");
    }

    #[test]
    fn processes_and_their_threads_are_named() {
        let trace = Builder::new()
            .spawn_process(700)
            .spawn_process(800)
            .process(800)
            .line("800 is my pid, not 700 nor 1800, 800.5 or x800")
            .spawn_thread(801)
            .thread(801)
            .line("tid 801 of pid 800")
            .main()
            .line("started child 800, counted to 800")
            .build();
        assert_eq!(
            Normal::of(&trace, &[]).to_string(),
            "0.000 s\n  main: started child P1, counted to 800\n  P1: $pid is my pid, not 700 nor 1800, 800.5 or x800\n  \
             P1.T1: tid $tid of pid $pid\n"
        );
    }

    #[test]
    fn a_small_number_is_an_id_only_where_the_text_says_so() {
        let trace = Builder::new().spawn_thread(2).thread(2).line("received 2").line("thread 2 received").build();
        assert_eq!(neutral_texts(&trace, &[]), ["received 2", "thread $tid received"]);
    }

    #[test]
    fn what_a_logger_puts_before_a_line_does_not_count() {
        let trace = Builder::new().line("12:30:05,123 INFO a 1").line("12:30:05 b").build();
        let pattern = Regex::new(r"\ba \d").unwrap();
        assert_eq!(neutral_texts(&trace, &[&pattern]), ["a 1", "HH:MM:SS b"]);
    }

    #[test]
    fn the_port_of_the_http_fixture_is_no_news() {
        let trace = Builder::new().args(&["http://127.0.0.1:40123/a"]).line("GET http://127.0.0.1:40123/a 200").build();
        assert_eq!(neutral_texts(&trace, &[]), ["GET http://127.0.0.1:PORT/a 200"]);
    }

    #[test]
    fn a_text_that_is_no_normal_form_is_refused_with_its_line() {
        for (text, line) in [
            ("0.000 s\n main: a", 2),
            ("  main: a", 1),
            ("0.000 s\n  main", 2),
            ("1.0 s", 1),
            ("0.000 s\n  main: \\x", 2),
        ] {
            assert_eq!(text.parse::<Normal>().map_err(|error| error.line), Err(line), "{text}");
        }
    }

    #[test]
    fn times_may_differ_a_little() {
        let at = |millis| Normal::of(&Builder::new().at(millis).line("a").build(), &[]);
        assert!(at(2_000).same_within(&at(2_050), VirtualDuration::from_millis(50)));
        assert!(!at(2_000).same_within(&at(2_051), VirtualDuration::from_millis(50)));
    }

    #[test]
    fn which_of_several_like_threads_takes_which_turn_does_not_count() {
        let run = |first: u32, then: u32| {
            let born = Builder::new().spawn_thread(11).spawn_thread(12);
            let started = born.thread(11).line("started").thread(12).line("started");
            Normal::of(&started.at(2_000).thread(first).line("read 0").thread(then).line("read 1").build(), &[])
        };
        assert_ne!(run(11, 12), run(12, 11));
        assert!(run(11, 12).same_within(&run(12, 11), VirtualDuration::ZERO));
        assert!(!run(11, 12).same_within(&run(12, 12), VirtualDuration::ZERO), "one did both");
        assert!(!run(11, 12).same_within(&run(12, 10), VirtualDuration::ZERO), "the main thread did one");
    }

    /// Threads that write at whole half seconds: `(half second, thread, text)`.
    fn writings() -> impl Strategy<Value = Vec<(u64, usize, String)>> {
        prop::collection::vec((0_u64..4, 0_usize..4, "[ a-c\\\\\\x1b]{0,6}"), 0..20).prop_map(|mut all| {
            all.sort_by_key(|(half, ..)| *half);
            all
        })
    }

    fn trace_of(writings: &[(u64, usize, String)], ids: &[u32]) -> Trace {
        let mut builder = ids.iter().fold(Builder::new(), |builder, id| builder.spawn_thread(*id));
        for (half, thread, text) in writings {
            builder = builder.at(half * 500).thread(ids[*thread]).line(format!("tid {}: {text}", ids[*thread]));
        }
        builder.build()
    }

    proptest! {
        #[test]
        fn the_form_survives_writing_and_reading(writings in writings()) {
            let normal = Normal::of(&trace_of(&writings, &[11, 12, 13, 14]), &[]);
            prop_assert_eq!(normal.to_string().parse(), Ok(normal));
        }

        #[test]
        fn other_ids_give_the_same_form(
            writings in writings(),
            ids in Just((100_u32..400).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let one = trace_of(&writings, &[11, 12, 13, 14]);
            let other = trace_of(&writings, &ids[..4]);
            prop_assert_eq!(Normal::of(&one, &[]), Normal::of(&other, &[]));
        }

        #[test]
        fn another_order_of_what_is_simultaneous_gives_the_same_form(
            writings in writings(), keys in prop::collection::vec(0_u8..8, 20)
        ) {
            // Moves whole threads within an instant: a thread's own lines keep their order.
            let mut shuffled = writings.clone();
            shuffled.sort_by_key(|(half, thread, _)| (*half, keys[usize::try_from(*half).unwrap() * 4 + thread]));
            let one = Normal::of(&trace_of(&writings, &[11, 12, 13, 14]), &[]);
            prop_assert_eq!(one, Normal::of(&trace_of(&shuffled, &[11, 12, 13, 14]), &[]));
        }
    }
}
