use std::cell::{Cell, RefCell};
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::Failure;
use super::args::{ColorArg, GlobalArgs};

/// The heading of something that went wrong.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The heading of something to know.
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The heading of a way out.
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// One line a result.
    Quiet,
    /// What most people want.
    Normal,
    /// Everything.
    Verbose,
}

/// Whether standard error is a terminal on which a line can be drawn again: one that says it is `dumb` gets lines.
pub(crate) fn can_redraw() -> bool {
    redraws(io::stderr().is_terminal(), std::env::var_os("TERM").as_deref())
}

fn redraws(terminal: bool, kind: Option<&OsStr>) -> bool {
    terminal && kind.is_some_and(|kind| kind != "dumb")
}

/// The two streams that a person or a program reads us on.
///
/// Results go to standard output, talk to standard error. A reader that went away (`grade list | head -1`) is no
/// failure: what is written after that is dropped. Colours are taken out again here where nobody wants them.
pub(crate) struct Console {
    out: RefCell<AutoStream<io::Stdout>>,
    err: RefCell<AutoStream<io::Stderr>>,
    out_closed: Cell<bool>,
    /// How much is said.
    pub(crate) verbosity: Verbosity,
}

impl Console {
    /// The process's own streams, with colours as asked for.
    pub(crate) fn new(global: GlobalArgs) -> Self {
        let choice = |terminal: bool| match global.color {
            ColorArg::Always => ColorChoice::Always,
            ColorArg::Auto if terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) => {
                ColorChoice::Auto
            }
            ColorArg::Auto | ColorArg::Never => ColorChoice::Never,
        };
        Self {
            out: RefCell::new(AutoStream::new(io::stdout(), choice(io::stdout().is_terminal()))),
            err: RefCell::new(AutoStream::new(io::stderr(), choice(io::stderr().is_terminal()))),
            out_closed: Cell::new(false),
            verbosity: match (global.quiet, global.verbose) {
                (true, _) => Verbosity::Quiet,
                (_, 0) => Verbosity::Normal,
                _ => Verbosity::Verbose,
            },
        }
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    /// When it cannot be written for another reason than a reader that went away, such as a full disk.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        if self.out_closed.get() {
            return Ok(());
        }
        let mut out = self.out.borrow_mut();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.out_closed.set(true);
                Ok(())
            }
            Err(error) => Err(Failure::machine(format_args!("failed to write to standard output: {error}"))),
        }
    }

    /// Says something on standard error. A standard error that is closed is nobody to tell.
    pub(crate) fn say(&self, text: &str) {
        say_to(&mut self.err.borrow_mut(), text);
    }

    /// Something of this console's standard error that another thread may speak through.
    pub(crate) fn talker(&self) -> Talker {
        Talker { choice: self.err.borrow().current_choice() }
    }

    /// Warns of something that does not stop the work.
    pub(crate) fn warn(&self, text: &str) {
        self.say(&format!("{WARNING}warning{WARNING:#}: {text}\n"));
    }

    /// Says why a command stopped, and the way out.
    pub(crate) fn fail(&self, failure: &Failure) {
        let mut text = failure.preface.clone();
        text.push_str(&format!("{ERROR}error{ERROR:#}: {}\n", failure.message));
        for help in &failure.help {
            text.push_str(&format!("  {HELP}help{HELP:#}: {help}\n"));
        }
        self.say(&text);
    }
}

/// Speaks on standard error from another thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talker {
    choice: ColorChoice,
}

impl Talker {
    /// Says something. A standard error that is closed is nobody to tell.
    pub(crate) fn say(self, text: &str) {
        say_to(&mut AutoStream::new(io::stderr(), self.choice), text);
    }
}

/// Says it in one piece, which what others write to the same log does not tear: a stream that takes colours out writes the text between
/// them one by one.
fn say_to(err: &mut AutoStream<io::Stderr>, text: &str) {
    let plain = (err.current_choice() == ColorChoice::Never).then(|| anstream::adapter::strip_str(text).to_string());
    let text = plain.as_deref().unwrap_or(text);
    let _nobody_to_tell = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

#[cfg(test)]
mod tests {
    use super::redraws;

    #[test]
    fn a_dumb_terminal_gets_lines_as_a_file_does() {
        let kind = |name: &'static str| Some(std::ffi::OsStr::new(name));
        assert!(redraws(true, kind("xterm-256color")));
        for (terminal, kind) in [(true, kind("dumb")), (true, None), (false, kind("xterm"))] {
            assert!(!redraws(terminal, kind), "{kind:?}");
        }
    }
}
