use std::ffi::OsStr;
use std::process::ExitCode;

use super::wall;
use crate::{fixture, sandbox};

/// Runs one of the processes that `grade` starts from its own executable, when the arguments (the program's name first)
/// name one: `__fixture`, `__stage` and `__supervise`. No person calls them.
///
/// Must come first in `main`: these processes keep away from the terminal and from everything that `grade` sets up.
pub fn internal_command<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Option<ExitCode> {
    let name = arguments.into_iter().nth(1)?;
    match name.as_ref().to_str()? {
        "__fixture" => Some(fixture::main()),
        "__stage" => Some(sandbox::stage_main()),
        "__supervise" => Some(wall::supervisor::main()),
        _ => None,
    }
}
