//! Signal dispositions as a fresh process has them.
#![expect(unsafe_code, reason = "sigaction can install handlers; here it only sets the default")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// Sets every signal to its default action, whatever our parent ignored (`nohup` ignores SIGHUP). SIGPIPE is left out:
/// a Rust process wants it ignored, and `std::process::Command` gives the child the default.
pub fn reset_signal_dispositions() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator().filter(|signal| *signal != Signal::SIGPIPE) {
        // SAFETY: the default action runs no code of ours.
        // SIGKILL and SIGSTOP refuse, and are always at their default.
        let _refused_for_two = unsafe { sigaction(signal, &default) };
    }
}

/// Sets SIGPIPE to its default, for a process that is about to execute another program by itself: what is ignored stays
/// ignored over execve(2).
pub fn reset_broken_pipe() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default action runs no code of ours. Setting a default is never refused.
    let _never_refused = unsafe { sigaction(Signal::SIGPIPE, &default) };
}
