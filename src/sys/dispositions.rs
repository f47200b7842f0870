//! Signal dispositions as a fresh process has them.
#![expect(unsafe_code, reason = "only the raw call reaches the two signals that the C library keeps to itself")]

/// Sets every signal to its default action, whatever our parent ignored (`nohup` ignores SIGHUP, some runtimes the first
/// real-time signals). SIGPIPE is left out: a Rust process wants it ignored, and `std::process::Command` gives the child
/// the default.
pub fn reset_signal_dispositions() {
    /// How many signals the kernel knows.
    const SIGNALS: libc::c_int = 64;
    (1..=SIGNALS).filter(|signal| *signal != libc::SIGPIPE).for_each(set_default);
}

/// Sets SIGPIPE to its default, for a process that is about to execute another program by itself: what is ignored stays
/// ignored over execve(2).
pub fn reset_broken_pipe() {
    set_default(libc::SIGPIPE);
}

fn set_default(signal: libc::c_int) {
    /// The size of the kernel's set of signals, in bytes.
    const SET_SIZE: usize = 8;
    // The kernel's `struct sigaction` on every CPU: a handler (0 is the default), flags, a set and perhaps a restorer.
    let default = [0_u64; 4];
    let no_old_action = std::ptr::null_mut::<u64>();
    // SAFETY: `default` is as large as the kernel's structure and says the default action, which runs no code of ours.
    // SIGKILL and SIGSTOP refuse, and are always at their default.
    let _refused_for_two =
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), no_old_action, SET_SIZE) };
}
