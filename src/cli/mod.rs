//! The command line: plain arguments, resolved settings, one file a subcommand, exit codes.
//!
//! The only room that writes to standard output and standard error. Nobody uses it but `main`.

use std::process::ExitCode;

/// Parses the arguments, does what they say, and returns the exit code.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
