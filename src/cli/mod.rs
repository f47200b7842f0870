//! The command line: plain arguments, resolved settings, one file a subcommand, exit codes.
//!
//! The only room that writes to standard output and standard error. Nobody uses it but `main`. A command returns an
//! [`Exit`] or a `Failure`; both become words and an exit status here and nowhere else. What grading means is not
//! known here (that is `batch`), nor how a result looks (that is `report`).

mod args;
mod completions;
mod console;
mod crash;
mod embedded;
mod exit;
mod failure;
mod man;
mod trace;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::Parser;

pub use args::Cli;
use args::Command;
use console::Console;
pub use exit::Exit;
use failure::Failure;

/// Parses the arguments, does what they say, and returns the exit code.
pub fn main() -> ExitCode {
    if let Some(code) = crate::engine::internal_command(std::env::args_os()) {
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
    match cli.command {
        Some(Command::Completions(args)) => completions::run(&args, console),
        Some(Command::Man) => man::run(console),
        _ => Err(Failure::usage("not yet")),
    }
}
