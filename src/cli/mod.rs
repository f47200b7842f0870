//! The command line: plain arguments, resolved settings, one file a subcommand, exit codes.
//!
//! The only room that writes to standard output and standard error. Nobody uses it but `main`. A command returns an
//! [`Exit`] or a `Failure`; both become words and an exit status here and nowhere else. What grading means is not
//! known here (that is `batch`), nor how a result looks (that is `report`).

mod args;
mod batch;
mod bless;
mod catalogue;
mod completions;
mod console;
mod crash;
mod doctor;
mod embedded;
mod exit;
mod explore;
mod failure;
mod formats;
mod grade;
mod hint;
mod init;
mod list;
mod man;
mod next;
mod output;
mod place;
mod progress;
mod progress_line;
mod report;
mod reset;
mod schema;
mod session;
mod settings;
mod show;
mod solution;
mod submission;
mod trace;
mod verify;
mod watch;
mod workspace;

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

pub use args::Cli;
use args::Command;
use console::Console;
pub use exit::Exit;
use failure::Failure;

/// Parses the arguments, does what they say, and returns the exit code.
pub fn main() -> ExitCode {
    let internal = crate::engine::internal_command(std::env::args_os());
    if let Some(code) = internal.or_else(|| crate::pool::worker_command(std::env::args_os())) {
        return code;
    }
    crash::install_hook();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way, too; a closed standard output is nobody to tell.
            let _nobody_to_tell = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Success.into() };
        }
    };
    let console = Console::new(cli.global);
    // The hook has said what there is to say.
    if let Some(Command::Trace(args)) = &cli.command {
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| trace::run(args, &console)));
        return outcome.unwrap_or(ExitCode::from(trace::OUR_FAILURE));
    }
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(cli, &console))).unwrap_or(Ok(Exit::Bug));
    outcome
        .unwrap_or_else(|failure| {
            console.fail(&failure);
            failure.exit
        })
        .into()
}

fn run(cli: Cli, console: &Console) -> Result<Exit, Failure> {
    let Some(command) = cli.command else { return grade::run(cli.grade, console) };
    if let Some(exercise) = cli.grade.exercises.first() {
        return Err(
            Failure::usage(format_args!("`{exercise}` stands before a command")).help("the command comes first")
        );
    }
    match command {
        Command::List => list::run(console),
        Command::Show(args) => show::run(&args, console),
        Command::Hint(args) => hint::run(&args, console),
        Command::Reset(args) => reset::run(&args, console),
        Command::Next => next::run(console),
        Command::Watch(args) => watch::run(&args, console),
        Command::Init(args) => init::run(&args, console),
        Command::Solution(args) => solution::run(&args, console),
        Command::Verify(args) => verify::run(&args, console),
        Command::Bless(args) => bless::run(&args, console),
        Command::Explore(args) => explore::run(&args, console),
        Command::Batch(args) => batch::run(&args, console),
        Command::Report(args) => report::run(&args, console),
        Command::Doctor => doctor::run(console),
        Command::Schema(args) => schema::run(&args, console),
        Command::Completions(args) => completions::run(&args, console),
        Command::Man(args) => man::run(&args, console),
        // Its exit status is the program's: `main` has run it.
        Command::Trace(_) => Ok(Exit::Success),
    }
}

/// How wide a drawing on standard output may be.
fn terminal_width() -> usize {
    terminal_size::terminal_size_of(std::io::stdout())
        .map_or(100, |(terminal_size::Width(columns), _)| usize::from(columns))
        .max(40)
}

/// How the person starts us, for commands that we propose: in a checkout that is `cargo run`.
fn command_name() -> &'static str {
    let built_by_cargo = std::env::var_os("CARGO").is_some()
        && std::env::current_exe().is_ok_and(|exe| exe.components().any(|part| part.as_os_str() == "target"));
    if built_by_cargo { "cargo run --release --" } else { "grade" }
}

/// A path as the person would type it from here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    relative.unwrap_or(path).display().to_string()
}
