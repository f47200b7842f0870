//! `grade explore -- CMD`: runs any program under many schedules and shows each different outcome.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::console::Verbosity;
use super::output::Output;
use super::progress_line::ProgressLine;
use super::{Console, Exit, Failure};
use crate::clock::VirtualDuration;
use crate::explore::{Exploration, Outcome, Plan, explore, fewest_switches, surveyed};
use crate::report::{columns, harmless};
use crate::schedule::Switch;
use crate::trace::{Ended, ExitStatus, Trace, cycles_in_words};
use crate::tracer::{Options, OutputMode, StdinMode};

/// A run may take this long in real time, unless it is given more by its own clock.
const PATIENCE: Duration = Duration::from_mins(1);

/// So many more runs are spent on finding what of a schedule matters.
const RUNS_TO_MINIMISE: u32 = 60;

/// A drawing is no wider than this.
const WIDEST: usize = 120;

/// Arguments of `explore`.
#[derive(Args, Debug)]
#[command(
    about = "Run any program under many schedules and show each different outcome",
    long_about = "Run any program under many schedules and show each different outcome.\n\nA schedule decides which thread goes on wherever more than one could. Two outcomes are different when the program \
                  ended in another way or wrote other lines; the order of the lines does not count, nor do addresses in memory and \
                  the numbers that Go and Rust tell of goroutines and threads when they end a program. Each outcome comes with a \
                  seed that shows it again. The second outcome is drawn as columns of threads in time, with as few \
                  forced switches as were found to lead to it; `-v` draws each of the others, too.",
    after_help = "Exit status: 0 when there is one outcome, 1 when there are more. A schedule that takes more than a minute of real time is \
                  ended; where others took nearly as long, it is counted apart and is no outcome.\n\nExamples:\n  grade explore -- ./counter\n  grade explore --schedules 1000 --format json -- python3 main.py\n  grade trace --schedule 17 -- ./counter     shows one of them again"
)]
pub struct ExploreArgs {
    /// How many schedules
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    pub schedules: u64,
    /// The first one's seed; 0 is the natural schedule
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub first_seed: u64,
    /// How the outcomes are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExploreFormat::Human)]
    pub format: ExploreFormat,
    /// Where they are written (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// End each run after this time by the program's own clock, such as 10s or 1h
    #[arg(long, value_name = "DUR", default_value = "1h")]
    pub timeout: VirtualDuration,
    /// How many runs at once (default: as many as the machine has CPUs)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// The program and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// How outcomes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExploreFormat {
    /// For people
    Human,
    /// For programs, `grade/explore/v1`
    Json,
}

/// Runs it.
pub(crate) fn run(args: &ExploreArgs, console: &Console) -> Result<Exit, Failure> {
    let mut output = Output::open(args.out.as_deref())?;
    let mut options = Options::new(args.command.clone());
    options.stdin = StdinMode::Null;
    options.output = OutputMode::Captured;
    options.limits.time = args.timeout;
    options.real_limit = PATIENCE;
    options.names_by_birth = true;
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, options.interrupt.clone())
            .map_err(|error| Failure::machine(format_args!("failed to wait for signals: {error}")))?;
    }
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let jobs = args.jobs.and_then(|jobs| NonZeroUsize::new(usize::from(jobs))).unwrap_or(processors);
    let plan = Plan { first_seed: args.first_seed, schedules: args.schedules, jobs };
    let progress = ProgressLine::start(console);
    progress.show("looking at the program".to_owned(), 0, 0, "");
    let options = surveyed(options).map_err(|error| Failure::of_run(&error))?;
    let found = explored(&options, plan, &progress)?;
    let is_interrupted = options.interrupt.load(Ordering::SeqCst);
    if is_interrupted {
        console.say(&format!("interrupted after {} of {} schedules\n", found.schedules, args.schedules));
        if found.schedules == 0 {
            return Ok(Exit::Interrupted);
        }
    }
    let text = match args.format {
        ExploreFormat::Json => serde_json::to_string(&found)
            .map(|json| json + "\n")
            .map_err(|error| Failure::machine(format_args!("failed to write JSON: {error}")))?,
        ExploreFormat::Human => {
            let mut text = human(&found, args, console.verbosity);
            // The second one always, and all others for who wants to know more.
            let shown = match console.verbosity {
                _ if is_interrupted => 0,
                Verbosity::Quiet => 0,
                Verbosity::Normal => 1,
                Verbosity::Verbose => usize::MAX,
            };
            for other in found.outcomes.iter().skip(1).take(shown) {
                progress.show(format!("looking for the fewest switches of seed {}", other.seed), 0, 0, "");
                let (fewest, trace) =
                    fewest_switches(&options, other.seed, RUNS_TO_MINIMISE).map_err(|error| Failure::of_run(&error))?;
                text.push_str(&drawn(other, &fewest, &trace));
            }
            text
        }
    };
    drop(progress);
    output.write(&text, console)?;
    output.finish()?;
    Ok(match found.outcomes.len() {
        _ if is_interrupted => Exit::Interrupted,
        ..=1 => Exit::Success,
        _ => Exit::NotPassed,
    })
}

/// Runs all schedules of a plan, and says how far it is.
fn explored(options: &Options, plan: Plan, progress: &ProgressLine) -> Result<Exploration, Failure> {
    let all = u32::try_from(plan.schedules).unwrap_or(u32::MAX);
    let ended = AtomicU32::new(0);
    let show = |done| progress.show("exploring".to_owned(), done, all, "schedules");
    show(0);
    explore(options, plan, &|_| show(ended.fetch_add(1, Ordering::Relaxed).saturating_add(1)))
        .map_err(|error| Failure::of_run(&error))
}

fn human(found: &Exploration, args: &ExploreArgs, verbosity: Verbosity) -> String {
    let plural = |count: u64, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let outcomes = u64::try_from(found.outcomes.len()).unwrap_or(u64::MAX);
    let mut text = format!("{}, {}\n", plural(found.schedules, "schedule"), plural(outcomes, "different outcome"));
    if verbosity == Verbosity::Quiet {
        return text;
    }
    let ends: Vec<String> = found.outcomes.iter().map(end).collect();
    let width = ends.iter().map(String::len).max().unwrap_or(0).max(12);
    let _infallible = writeln!(text, "\n{:>7}  {:<width$}  {:>6}  LAST LINE", "TIMES", "END", "SEED");
    for (outcome, end) in found.outcomes.iter().zip(&ends) {
        // The program's own words: nothing in them may steer the terminal.
        let last = outcome.last_line.as_deref().map_or_else(|| "(nothing was written)".to_owned(), harmless);
        let _infallible = writeln!(text, "{:>7}  {end:<width$}  {:>6}  {last}", outcome.count, outcome.seed);
    }
    if found.unfinished > 0 {
        let _infallible = writeln!(
            text,
            "\n{} took more than {} s of real time and {} ended; what {} would have come to is not known. A smaller case tells more.",
            plural(found.unfinished, "schedule"),
            PATIENCE.as_secs(),
            if found.unfinished == 1 { "was" } else { "were" },
            if found.unfinished == 1 { "it" } else { "they" },
        );
    }
    if let Some(other) = found.outcomes.get(1) {
        let command: Vec<String> = args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let _infallible = writeln!(
            text,
            "\n{} trace --schedule {} -- {}   shows the second one again",
            super::command_name(),
            other.seed,
            command.join(" ")
        );
    }
    text
}

fn end(outcome: &Outcome) -> String {
    match (outcome.ended, outcome.exit) {
        (_, Some(ExitStatus::Code(code))) => format!("exit {code}"),
        (_, Some(ExitStatus::Signal(signal))) => format!("signal {signal}"),
        (Ended::Stuck, None) => {
            cycles_in_words(&outcome.cycles).map_or_else(|| "deadlock".to_owned(), |why| format!("deadlock: {why}"))
        }
        (Ended::NoProgress, None) => "no progress".to_owned(),
        (Ended::Limit, None) => "limit".to_owned(),
        (Ended::Exit | Ended::Signal | Ended::Interrupted, None) => "ended".to_owned(),
    }
}

/// An outcome as columns of threads in time, with what of its schedule matters.
fn drawn(outcome: &Outcome, switches: &[Switch], trace: &Trace) -> String {
    let needs = match switches.len() {
        0 => "it needs no forced switch: one thread at a time is enough".to_owned(),
        1 => "one forced switch is enough".to_owned(),
        many if many < 20 => format!("{many} forced switches are enough"),
        many => format!("which of its {many} forced switches matter was not found in the time for it"),
    };
    let columns = columns(trace, &[], super::terminal_width().min(WIDEST));
    format!("\nSeed {}, {}; {needs}:\n\n{columns}", outcome.seed, end(outcome))
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::{Exploration, ExploreArgs, Outcome, Verbosity, human};
    use crate::trace::{Ended, ExitStatus};

    #[test]
    fn what_a_program_wrote_does_not_steer_the_terminal() {
        let command = ExploreArgs::augment_args(Command::new("explore"));
        let matches = command.get_matches_from(["explore", "--", "prog"]);
        let args = ExploreArgs::from_arg_matches(&matches).unwrap();
        let outcome = Outcome {
            count: 1,
            seed: 0,
            exit: Some(ExitStatus::Code(0)),
            ended: Ended::Exit,
            last_line: Some("\x1b[2Jgone\u{202e}\r  1  exit 0".to_owned()),
            cycles: Vec::new(),
        };
        let found = Exploration { schema: "grade/explore/v1", schedules: 1, unfinished: 0, outcomes: vec![outcome] };
        let text = human(&found, &args, Verbosity::Normal);
        assert!(text.contains(r"\x1b[2Jgone\u{202e}\r  1  exit 0"), "{text}");
        assert!(!text.chars().any(|character| matches!(character, '\x1b' | '\u{202e}' | '\r')), "{text}");
    }
}
