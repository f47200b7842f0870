use std::fmt::Display;
use std::io;

use super::Exit;
use crate::tracer::TracerError;

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

    /// A program that somebody named could not be run under the tracer.
    pub(crate) fn of_run(error: &TracerError) -> Self {
        let TracerError::Start { cause, .. } = error else {
            return Self::machine(error).help("`grade doctor` says what this machine offers");
        };
        let failure = Self::usage(error);
        match cause.kind() {
            io::ErrorKind::NotFound => failure.help("is it spelled right, and in a folder of PATH?"),
            io::ErrorKind::PermissionDenied => failure.help("is it a program? `chmod +x FILE` makes a file one"),
            _ if cause.raw_os_error() == Some(libc::ENOEXEC) => {
                failure.help("the first line of a script says what runs it, such as `#!/bin/sh`")
            }
            _ => failure,
        }
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
