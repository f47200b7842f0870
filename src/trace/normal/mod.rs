//! A run's lines without all that its luck decides.

mod names;
mod text;

use std::collections::BTreeMap;

use regex::Regex;

use self::names::{Names, Rank};
pub use self::text::NormalParseError;
use super::Trace;
use super::query::lines;
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
