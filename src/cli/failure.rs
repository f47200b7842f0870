use std::fmt::Display;

use super::Exit;

/// Why a command stopped before its end: what a person reads, the way out, and the exit status.
///
/// Everything below the command line has typed errors of its own; this is where they become words.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The status that the process ends with.
    pub(crate) exit: Exit,
    /// What went wrong: one sentence, in lower case.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Vec<String>,
    /// Text that is printed as it is before the message, such as drawn diagnostics.
    pub(crate) preface: String,
}

impl Failure {
    /// A failure with this status and message.
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, message: message.to_string(), help: Vec::new(), preface: String::new() }
    }

    /// The command line asks for something that does not exist or makes no sense.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// This machine, or a file on it, does not let us.
    pub(crate) fn machine(message: impl Display) -> Self {
        Self::new(Exit::Unsupported, message)
    }

    /// Adds a way out.
    pub(crate) fn help(mut self, help: impl Display) -> Self {
        self.help.push(help.to_string());
        self
    }

    /// Puts a text before the message.
    pub(crate) fn preface(mut self, preface: impl Into<String>) -> Self {
        self.preface = preface.into();
        self
    }
}
