//! `grade man`: the manual page, in roff.

use clap::CommandFactory;

use super::args::Cli;
use super::{Console, Exit, Failure};

pub(crate) fn run(console: &Console) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::new(Exit::Bug, format_args!("failed to render the manual page: {error}")))?;
    console.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Success)
}
