//! `grade trace -- CMD`: runs any program under the engine and shows what it did.
//!
//! The program's output goes through untouched and its exit status is ours, so the command can stand before another in
//! a script, as `env`, `timeout` and `strace` do. That is why it has exit statuses of its own, and why what we have to say
//! goes to standard error or a file.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use fs_err::File;

use super::args::{ClockArg, SandboxArg};
use super::console::Verbosity;
use super::{Console, Failure};
use crate::clock::VirtualDuration;
use crate::explore::surveyed;
use crate::report::{TextStyle, harmless, trace_text, write_perfetto};
use crate::sandbox::{self, Confinement, GroupLimits, GroupPlan, ProcessLimits, Rung, View};
use crate::trace::{ClockKind, End, Ended, ExitStatus, Trace, write_jsonl};
use crate::tracer::{self, Epoch, Options, OutputMode, StdinMode, TracerError};

/// What a run ends with when its time is over, or when it could only have ended that way.
const TIMED_OUT: u8 = 124;
/// What a run ends with when we failed.
pub(crate) const OUR_FAILURE: u8 = 125;
/// The program was found and could not be started.
const NOT_EXECUTABLE: u8 = 126;
/// The program was not found.
const NOT_FOUND: u8 = 127;
/// Ctrl-C, as shells say it.
const INTERRUPTED: u8 = 130;
/// For how long children go on that outlive the program and hold its output: whoever reads that from a pipe waits for them. One
/// that serves for ever is not waited for.
const LINGER: VirtualDuration = VirtualDuration::from_secs(60);
/// How wide the drawing is where there is no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 100;

/// What a contained program may use: much for an example, little for a machine.
const CONTAINED_CPU: Duration = Duration::from_mins(1);
const CONTAINED_MEMORY: u64 = 2 << 30;
const CONTAINED_PROCESSES: u32 = 512;
const CONTAINED_OUTPUT: u64 = 64 << 20;

/// Arguments of `trace`.
#[derive(Args, Debug)]
#[command(
    about = "Run any program under the engine and show what it did",
    long_about = "Run any program under the engine and show what it did.\n\nThe program's own output goes through untouched. What we have to say goes to standard error when the program has \
                  ended, or to the file of --out. Under the virtual clock, sleeps and time-outs take no real time.",
    after_help = "Exit status: the program's own; 128+N when signal N killed it; 124 when its time was over or it was\nstuck in a deadlock; 125 when we failed; 126 when it could not be started; 127 when it was not found.\n\nExamples:\n  grade trace -- python3 main.py 3\n  grade trace --format perfetto --out trace.json -- ./server\n  grade trace --timeout 10s --epoch 2038-01-19T03:14:00Z -- date"
)]
pub struct TraceArgs {
    /// Whose clock the program sees: ours, which jumps over sleeps, or the machine's
    #[arg(long, value_enum, value_name = "CLOCK", default_value_t = ClockArg::Virtual)]
    pub clock: ClockArg,
    /// The order in which threads that could go on do go on; 0 is the natural one, a number always gives the same
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub schedule: u64,
    /// End the program after this time by its own clock, such as 10s or 1h (default: never)
    #[arg(long, value_name = "DUR")]
    pub timeout: Option<VirtualDuration>,
    /// What the calendar says when the program starts (default: 2026-01-01T00:00:00Z)
    #[arg(long, value_name = "RFC3339", value_parser = epoch)]
    pub epoch: Option<Epoch>,
    /// Whether the program runs in a sandbox: `off` leaves it your files, your folder and your network, as it is your
    /// program; `require` shows it the system and the present folder to read, empties /tmp, cuts the network off, and bounds
    /// it to a minute of CPU time, 2 GiB of memory, 512 processes and threads and 64 MiB of output; `auto` does the same
    /// where this machine can, and says so where it cannot
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = SandboxArg::Off)]
    pub sandbox: SandboxArg,
    /// Where the report goes (default: standard error)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TraceFormat::Text)]
    pub format: TraceFormat,
    /// Let the program read our standard input; it reads /dev/null otherwise
    #[arg(long)]
    pub stdin: bool,
    /// The program and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TraceFormat {
    /// For people: rows of time, who and what, and a drawing of all threads
    Text,
    /// For programs: JSON Lines, grade/trace/v1
    Jsonl,
    /// For <https://ui.perfetto.dev>: the Trace Event Format
    Perfetto,
}

fn epoch(text: &str) -> Result<Epoch, String> {
    let moment: jiff::Timestamp = text.parse().map_err(|error| format!("{error}"))?;
    u64::try_from(moment.as_nanosecond())
        .map(Epoch)
        .map_err(|_| "the program's calendar starts between 1970 and 2554".to_owned())
}

/// Runs the command. Never [`super::Exit`]: the status is the program's.
pub(crate) fn run(args: &TraceArgs, console: &Console) -> ExitCode {
    match trace(args, console) {
        Ok(status) => status,
        Err((status, failure)) => {
            console.fail(&failure);
            status
        }
    }
    .into()
}

fn trace(args: &TraceArgs, console: &Console) -> Result<u8, (u8, Failure)> {
    let ours = |failure: Failure| (OUR_FAILURE, failure);
    if args.epoch.is_some() && args.clock == ClockArg::Wall {
        return Err(ours(
            Failure::usage("under the wall clock the program sees the machine's calendar")
                .help("leave out --epoch, or --clock wall"),
        ));
    }
    if args.schedule != 0 && args.clock == ClockArg::Wall {
        return Err(ours(
            Failure::usage("under the wall clock threads go on as the machine lets them, and no schedule is kept")
                .help("leave out --schedule, or --clock wall"),
        ));
    }
    // Before the run: a report that cannot be written should not cost an hour.
    let file = args.out.as_deref().map(create).transpose().map_err(ours)?;
    let mut options = options(args);
    match args.sandbox {
        SandboxArg::Off => {}
        SandboxArg::Auto => {
            if let Err(failure) = confine(&mut options) {
                console.say(&format!("{}; it runs with your own rights\n", failure.message));
            }
        }
        SandboxArg::Require | SandboxArg::Landlock => confine(&mut options).map_err(ours)?,
    }
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, options.interrupt.clone())
            .map_err(|error| ours(Failure::machine(format_args!("failed to wait for signals: {error}"))))?;
    }
    if options.schedule != 0 {
        options = surveyed(options).map_err(|error| (status_of_error(&error), Failure::of_run(&error)))?;
    }
    let first = tracer::run_recorded(&options).map_err(|error| (status_of_error(&error), Failure::of_run(&error)))?;
    let run = if args.schedule == 0 || args.stdin {
        first.trace
    } else {
        let hidden = Options { output: OutputMode::Captured, ..options };
        tracer::with_holders(first, |again| tracer::run_recorded(&again.options(hidden.clone())).ok())
    };
    if let Some(file) = file {
        let mut file = BufWriter::new(file);
        write(&run, args.format, plain_style(), &mut file)
            .and_then(|()| file.flush())
            .map_err(|error| ours(Failure::machine(format_args!("failed to write the report: {error}"))))?;
    } else if console.verbosity > Verbosity::Quiet {
        let mut report = Vec::new();
        write(&run, args.format, terminal_style(), &mut report)
            .map_err(|error| ours(Failure::machine(format_args!("failed to write the report: {error}"))))?;
        console.say(&String::from_utf8_lossy(&report));
    }
    Ok(status_of_end(&run.end))
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| Failure::machine(format_args!("{error}")))
}

fn options(args: &TraceArgs) -> Options {
    let mut options = Options::new(args.command.clone());
    options.stdin = if args.stdin { StdinMode::Inherit } else { StdinMode::Null };
    options.output = OutputMode::Passthrough;
    options.schedule = args.schedule;
    options.names_by_birth = args.schedule != 0;
    options.clock = match args.clock {
        ClockArg::Virtual => ClockKind::Virtual,
        ClockArg::Wall => ClockKind::Wall,
    };
    if let Some(epoch) = args.epoch {
        options.epoch = epoch;
    }
    (options.limits.time, options.real_limit) = limits(args.timeout, args.clock);
    options.linger = LINGER;
    options
}

/// The full box, around a program of the person's own: the present folder can be read there, and nothing be changed.
fn confine(options: &mut Options) -> Result<(), Failure> {
    let refused = |why: &dyn Display| {
        Failure::machine(format_args!("the program cannot be contained here: {why}"))
            .help("`grade doctor` says what this machine offers, and how to get more")
            .help("`--sandbox off` runs it with your own rights")
    };
    let grade = Path::new("/proc/self/exe");
    let best = sandbox::best(grade);
    if best.best != Rung::Namespaces {
        return Err(refused(&best.reasons()));
    }
    let here = std::env::current_dir().map_err(|error| refused(&error))?;
    let mut argv = options.argv.clone();
    if let Some(program) = argv.first_mut() {
        *program = which(program, &here).into_os_string();
    }
    let mut view = View::of(&argv);
    // The root is no folder of somebody's work, and would be everything.
    if here.parent().is_some() {
        view.read_only.push(here.clone());
    }
    options.limits.cpu.get_or_insert(CONTAINED_CPU);
    options.limits.memory.get_or_insert(CONTAINED_MEMORY);
    options.limits.processes.get_or_insert(CONTAINED_PROCESSES);
    options.limits.output.get_or_insert(CONTAINED_OUTPUT);
    options.shown = Some(shown);
    if options.stdin == StdinMode::Inherit && is_file(io::stdin()) {
        // By its name in /proc it could be opened once more, for writing.
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|error| refused(&error))?;
        options.stdin = StdinMode::Bytes(bytes);
    }
    let limits = ProcessLimits::behind(CONTAINED_MEMORY, CONTAINED_CPU, Some(CONTAINED_PROCESSES), view.fresh_bytes);
    let within = GroupLimits::behind(CONTAINED_MEMORY, view.fresh_bytes, CONTAINED_PROCESSES.into());
    options.outside_network = false;
    options.sandbox = Some(Confinement {
        rung: Rung::Namespaces,
        grade: grade.to_owned(),
        identity: sandbox::own_identity().filter(|_| best.own_user),
        view,
        limits,
        shared_memory: None,
        cwd: here,
        group: best.groups.clone().ok().map(|groups| GroupPlan { groups, limits: within }),
    });
    Ok(())
}

/// Output of a contained program on a terminal: its lines, and nothing that a terminal would act on.
fn shown(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => harmless(line) + "\n",
        None => harmless(line),
    });
    lines.collect::<String>().into_bytes()
}

fn is_file(stream: impl AsFd) -> bool {
    stream.as_fd().try_clone_to_owned().is_ok_and(|file| {
        let file = std::fs::File::from(file);
        file.metadata().is_ok_and(|data| data.is_file())
    })
}

/// The file that a command names, as the program's own start will find it; the name itself when there is none.
fn which(program: &OsStr, here: &Path) -> PathBuf {
    if program.as_encoded_bytes().contains(&b'/') {
        return here.join(program);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or(program.into())
}

/// The limit by the program's own clock and the one in real time. A program that is slow in real time alone (the
/// machine is busy, a peer outside is silent) gets more patience, but not all of it.
fn limits(timeout: Option<VirtualDuration>, clock: ClockArg) -> (VirtualDuration, Duration) {
    const CENTURY: VirtualDuration = VirtualDuration::from_secs(100 * 365 * 24 * 3600);
    let time = timeout.unwrap_or(CENTURY);
    let real = match clock {
        ClockArg::Virtual => {
            time.as_std().saturating_mul(10).saturating_add(Duration::from_secs(5)).min(CENTURY.as_std())
        }
        ClockArg::Wall => time.as_std(),
    };
    (time, real)
}

fn write(run: &Trace, format: TraceFormat, style: TextStyle, out: &mut impl Write) -> io::Result<()> {
    match format {
        TraceFormat::Text => out.write_all(trace_text(run, style).as_bytes()),
        // What is left that cannot repeat is how long it took.
        TraceFormat::Jsonl if run.header.schedule != 0 => {
            let end = End { real: 0, ..run.end.clone() };
            write_jsonl(&Trace { end, ..run.clone() }, out)
        }
        TraceFormat::Jsonl => write_jsonl(run, out),
        TraceFormat::Perfetto => write_perfetto(run, out),
    }
}

const fn plain_style() -> TextStyle {
    TextStyle { width: WIDTH_WITHOUT_TERMINAL, wrap: false, colour: false }
}

/// Colours are taken out by the console where nobody wants them.
fn terminal_style() -> TextStyle {
    let width = terminal_size::terminal_size_of(io::stderr())
        .map_or(WIDTH_WITHOUT_TERMINAL, |(terminal_size::Width(columns), _)| columns.into());
    TextStyle { width, wrap: io::stderr().is_terminal(), colour: true }
}

fn status_of_end(end: &End) -> u8 {
    match (end.ended, end.exit) {
        (Ended::Interrupted, _) => INTERRUPTED,
        (Ended::Limit | Ended::Stuck | Ended::NoProgress, _) => TIMED_OUT,
        // What a parent gets to see of an exit code is its lowest byte.
        (Ended::Exit | Ended::Signal, Some(ExitStatus::Code(code))) => code.to_le_bytes()[0],
        (Ended::Exit | Ended::Signal, Some(ExitStatus::Signal(signal))) => {
            u8::try_from(signal).map_or(OUR_FAILURE, |signal| 128_u8.saturating_add(signal))
        }
        (Ended::Exit | Ended::Signal, None) => OUR_FAILURE,
    }
}

fn status_of_error(error: &TracerError) -> u8 {
    match error {
        TracerError::Start { cause, .. } if cause.kind() == io::ErrorKind::NotFound => NOT_FOUND,
        TracerError::Start { .. } => NOT_EXECUTABLE,
        _ => OUR_FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::args::ClockArg;
    use super::{Epoch, VirtualDuration, epoch, limits, status_of_end};
    use crate::trace::{End, Ended, ExitStatus};

    fn end(ended: Ended, exit: Option<ExitStatus>) -> End {
        End {
            used: None,
            most: None,
            exit,
            ended,
            limit: None,
            elapsed: 0,
            real: 0,
            cpu: 0,
            threads: 1,
            processes: 1,
            stops: 0,
            jumps: 0,
            refused: Vec::new(),
            noise: 0,
            unvirtualised: Vec::new(),
        }
    }

    #[test]
    fn the_status_is_the_programs_own_or_says_why_there_is_none() {
        for (ended, exit, status) in [
            (Ended::Exit, Some(ExitStatus::Code(0)), 0),
            (Ended::Exit, Some(ExitStatus::Code(3)), 3),
            (Ended::Exit, Some(ExitStatus::Code(-1)), 255),
            (Ended::Signal, Some(ExitStatus::Signal(9)), 137),
            (Ended::Limit, None, 124),
            (Ended::Stuck, None, 124),
            (Ended::NoProgress, None, 124),
            (Ended::Interrupted, None, 130),
        ] {
            assert_eq!(status_of_end(&end(ended, exit)), status, "{ended:?} {exit:?}");
        }
    }

    #[test]
    fn a_calendar_is_read_as_rfc_3339() {
        assert_eq!(epoch("2026-01-01T00:00:00Z"), Ok(Epoch::default()));
        assert_eq!(epoch("1970-01-01T01:00:00.5+01:00"), Ok(Epoch(500_000_000)));
        assert!(epoch("1969-12-31T23:59:59Z").is_err());
        assert!(epoch("yesterday").is_err());
    }

    #[test]
    fn a_busy_machine_gets_more_patience_than_the_program() {
        let second = Some(VirtualDuration::from_secs(1));
        assert_eq!(limits(second, ClockArg::Virtual), (VirtualDuration::from_secs(1), Duration::from_secs(15)));
        assert_eq!(limits(second, ClockArg::Wall), (VirtualDuration::from_secs(1), Duration::from_secs(1)));
        assert!(limits(None, ClockArg::Virtual).1 > Duration::from_secs(1_000_000));
    }
}
