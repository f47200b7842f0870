//! `grade man`: the manual pages, in roff: one of `grade` itself, and one of each command.

use std::path::Path;

use clap::{Command, CommandFactory};

use super::args::{Cli, ManArgs};
use super::{Console, Exit, Failure};

pub(crate) fn run(args: &ManArgs, console: &Console) -> Result<Exit, Failure> {
    let mut whole = Cli::command();
    // Only a command that is built has what holds for all of them.
    whole.build();
    if let Some(folder) = &args.out {
        return write_all(&whole, folder, console);
    }
    let Some(name) = &args.command else {
        console.print(&page(&whole, "grade")?)?;
        return Ok(Exit::Success);
    };
    let Some(command) = whole.get_subcommands().find(|command| command.get_name() == name) else {
        return Err(Failure::usage(format_args!("grade has no command `{name}`")).help("`grade --help` lists them"));
    };
    console.print(&page(command, &page_name(command))?)?;
    Ok(Exit::Success)
}

/// Writes `grade.1` and `grade-COMMAND.1` of each command, as `man` looks for them below `man1`.
fn write_all(whole: &Command, folder: &Path, console: &Console) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Failure::machine(format_args!("failed to write the manual pages into {}: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let commands = whole.get_subcommands().map(|command| (command, page_name(command)));
    let mut count = 0;
    for (command, name) in std::iter::once((whole, "grade".to_owned())).chain(commands) {
        std::fs::write(folder.join(format!("{name}.1")), page(command, &name)?).map_err(failed)?;
        count += 1;
    }
    console.say(&format!("{count} pages written into {}\n", super::shown(folder)));
    Ok(Exit::Success)
}

fn page_name(command: &Command) -> String {
    format!("grade-{}", command.get_name())
}

fn page(command: &Command, name: &str) -> Result<String, Failure> {
    let mut page = Vec::new();
    // The version is that of the whole; the page's name is what `man` is asked for.
    let command = command.clone().version(env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command)
        .title(name)
        .render(&mut page)
        .map_err(|error| Failure::new(Exit::Bug, format_args!("failed to render the manual page: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
