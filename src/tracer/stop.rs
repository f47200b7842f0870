use std::io;

use crate::sys::ptrace;

/// Why a thread stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Before a system call that the filter marks.
    Call,
    /// After a system call that we asked to see return.
    Return,
    /// It made this thread or process.
    Made {
        /// The new thread's id.
        child: i32,
        /// Whether the maker is suspended until the child execs or ends.
        vfork: bool,
    },
    /// It became another program; `former` is the id it had before.
    Exec {
        /// Its thread id until now; another one when it was not the process's first thread.
        former: i32,
    },
    /// It is about to end.
    Exiting,
    /// It took part in a group-stop by this signal.
    InGroup,
    /// It stopped because it is new, or because we asked.
    Asked,
    /// This signal is about to be delivered.
    Signal(i32),
}

/// What a wait told of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It stopped; the raw status says why.
    Stopped(i32),
    /// It left with this code.
    Exited(i32),
    /// This signal killed it.
    Killed(i32),
}

impl Change {
    /// Reads a raw wait status.
    pub(super) const fn decode(status: i32) -> Self {
        if libc::WIFEXITED(status) {
            Self::Exited(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Self::Killed(libc::WTERMSIG(status))
        } else {
            Self::Stopped(status)
        }
    }
}

impl Stop {
    /// Reads the raw wait status of a stopped thread.
    pub(super) fn decode(tid: i32, status: i32) -> io::Result<Self> {
        let signal = libc::WSTOPSIG(status);
        let made = |vfork| {
            let child = i32::try_from(ptrace::event_message(tid)?).map_err(io::Error::other)?;
            Ok(Self::Made { child, vfork })
        };
        match status >> 16 {
            0 if signal == libc::SIGTRAP | 0x80 => Ok(Self::Return),
            0 => Ok(Self::Signal(signal)),
            libc::PTRACE_EVENT_SECCOMP => Ok(Self::Call),
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_CLONE => made(false),
            libc::PTRACE_EVENT_VFORK => made(true),
            libc::PTRACE_EVENT_EXEC => {
                let former = i32::try_from(ptrace::event_message(tid)?).unwrap_or(tid);
                Ok(Self::Exec { former })
            }
            libc::PTRACE_EVENT_EXIT => Ok(Self::Exiting),
            libc::PTRACE_EVENT_STOP if signal == libc::SIGTRAP => Ok(Self::Asked),
            libc::PTRACE_EVENT_STOP => Ok(Self::InGroup),
            _ => Ok(Self::Asked),
        }
    }
}
