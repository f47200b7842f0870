//! A child process that sets itself up by a list of steps and then becomes a program.
//!
//! Everything is computed before the fork: the child of a process with threads may only make system calls.

#![expect(unsafe_code, reason = "fork, and raw system calls in the child")]

use std::ffi::{CString, c_char};
use std::io;
use std::os::fd::RawFd;
use std::ptr;

use libc::{c_int, c_long, pid_t};
use seccompiler::BpfProgram;

/// One step of the set-up in the child, in the order of the list.
#[derive(Clone, Debug)]
pub enum Step {
    /// A session (and process group) of its own.
    NewSession,
    /// Every signal's default effect, and none blocked.
    DefaultSignals,
    /// A resource limit: resource, soft and hard.
    Limit(u32, u64, u64),
    /// The working directory.
    Directory(CString),
    /// Makes the open file of the first number the second one's, too.
    Descriptor(RawFd, RawFd),
    /// Closes every descriptor from this number on when the program starts.
    CloseFrom(RawFd),
    /// Closes a descriptor: the parent's end of a pipe, whose end is to come when the parent dies.
    Close(RawFd),
    /// Waits until one byte can be read here: the parent has attached, and what it traces dies with it from here on.
    Gate(RawFd),
    /// Enters these namespaces (flags of setns(2)) of the process behind this descriptor (a pidfd).
    Enter(RawFd, c_int),
    /// Stops at each reading of the processor's cycle counter, where the machine can do that.
    TrapCycleCounter,
    /// Programs and their memory lie at the same addresses in each run, from the next exec on.
    FixedAddresses,
    /// Never gains privileges by an exec: filters need it.
    NoNewPrivileges,
    /// A seccomp filter.
    Filter(BpfProgram),
}

impl Step {
    /// What it does, as a verb.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NewSession => "begin a session for the program",
            Self::DefaultSignals => "reset the program's signals",
            Self::Limit(..) => "limit the program",
            Self::Directory(_) => "enter the program's folder",
            Self::Descriptor(..) => "give the program its streams",
            Self::CloseFrom(_) => "close what is not the program's",
            Self::Close(_) => "leave the parent what is the parent's",
            Self::Gate(_) => "hear that the program may go",
            Self::Enter(..) => "enter the program's network",
            Self::TrapCycleCounter => "trap the cycle counter",
            Self::FixedAddresses => "fix the program's addresses",
            Self::NoNewPrivileges => "refuse the program new privileges",
            Self::Filter(_) => "put a system call filter on the program",
        }
    }
}

/// The program that the child becomes.
#[derive(Clone, Debug)]
pub struct Image {
    /// Paths to try, in order.
    pub paths: Vec<CString>,
    /// Its arguments.
    pub argv: Vec<CString>,
    /// Its environment.
    pub env: Vec<CString>,
}

#[repr(C)]
struct FilterProgram {
    length: u16,
    instructions: *const seccompiler::sock_filter,
}

pub(super) fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// Forks; the child goes through the steps and becomes the program. When a step or the exec fails, the child writes the
/// number of the step (the count of steps for the exec) and the error code to `report`, two native `i32`, and ends with 127.
///
/// Until it has passed a [`Step::Gate`] it dies with the thread that made it.
///
/// # Errors
/// When the fork fails.
pub fn spawn(steps: &[Step], image: &Image, report: RawFd) -> io::Result<pid_t> {
    let argv = pointers(&image.argv);
    let env = pointers(&image.env);
    let parent = std::process::id();
    // SAFETY: plain fork by raw system call: no fork handlers run, and the child makes only system calls.
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
    if pid == -1 {
        return Err(io::Error::last_os_error());
    }
    if pid == 0 {
        if !dies_with(Some(parent)) {
            // SAFETY: ends the child without running the parent's exit handlers.
            unsafe { libc::_exit(127) }
        }
        become_program(steps, image, &argv, &env, report);
    }
    pid_t::try_from(pid).map_err(io::Error::other)
}

/// Has the kernel kill this child when its parent ends, at whatever moment; false when that has happened by now, as far as the
/// child can see (with no `parent`, it sees none). Makes async-signal-safe calls only.
pub(super) fn dies_with(parent: Option<u32>) -> bool {
    // SAFETY: numbers only.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
    // SAFETY: no arguments, and it cannot fail.
    let now = unsafe { libc::getppid() };
    parent.is_none_or(|parent| u32::try_from(now) == Ok(parent))
}

fn become_program(steps: &[Step], image: &Image, argv: &[*const c_char], env: &[*const c_char], report: RawFd) -> ! {
    let mut number: c_int = 0;
    for step in steps {
        if take(step) == -1 {
            fail(report, number, errno());
        }
        number += 1;
    }
    let mut worst = libc::ENOENT;
    for path in &image.paths {
        // SAFETY: the strings and the null-ended lists live in the parent's memory image, which the child shares.
        let _ = unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
        match errno() {
            libc::ENOENT | libc::ENOTDIR => {}
            libc::EACCES => worst = libc::EACCES,
            other => {
                worst = other;
                break;
            }
        }
    }
    fail(report, number, worst)
}

fn errno() -> c_int {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn fail(report: RawFd, step: c_int, code: c_int) -> ! {
    let message = [step, code];
    // SAFETY: eight bytes of a live array.
    let _ = unsafe { libc::write(report, message.as_ptr().cast(), size_of_val(&message)) };
    // SAFETY: ends the child without running the parent's exit handlers.
    unsafe { libc::_exit(127) }
}

fn take(step: &Step) -> c_long {
    match step {
        // SAFETY: no arguments.
        Step::NewSession => c_long::from(unsafe { libc::setsid() }),
        Step::DefaultSignals => default_signals(),
        Step::Limit(resource, soft, hard) => {
            let limit = libc::rlimit { rlim_cur: *soft, rlim_max: *hard };
            // SAFETY: `limit` is valid for reads.
            c_long::from(unsafe { libc::setrlimit(*resource, &raw const limit) })
        }
        // SAFETY: a valid C string.
        Step::Directory(path) => c_long::from(unsafe { libc::chdir(path.as_ptr()) }),
        Step::Descriptor(from, to) if from == to => {
            // SAFETY: numbers only.
            c_long::from(unsafe { libc::fcntl(*from, libc::F_SETFD, 0) })
        }
        // SAFETY: a number only; the caller names a descriptor that the child does not use.
        Step::Close(descriptor) => c_long::from(unsafe { libc::close(*descriptor) }),
        // SAFETY: numbers only.
        Step::Descriptor(from, to) => c_long::from(unsafe { libc::dup2(*from, *to) }),
        Step::CloseFrom(first) => {
            // SAFETY: numbers only.
            unsafe { libc::syscall(libc::SYS_close_range, *first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) }
        }
        Step::Gate(gate) => wait_at(*gate),
        // SAFETY: numbers only; the child of a fork has one thread, as entering a user namespace wants it.
        Step::Enter(process, kinds) => c_long::from(unsafe { libc::setns(*process, *kinds) }),
        Step::TrapCycleCounter => {
            // Where it cannot be trapped, it tells the machine's time.
            let _ = super::cycle_counter::trap();
            0
        }
        Step::FixedAddresses => {
            let fixed = libc::c_ulong::from(libc::ADDR_NO_RANDOMIZE.unsigned_abs());
            // SAFETY: a number only.
            c_long::from(unsafe { libc::personality(fixed) })
        }
        // SAFETY: numbers only.
        Step::NoNewPrivileges => c_long::from(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }),
        Step::Filter(filter) => {
            let Ok(length) = u16::try_from(filter.len()) else { return -1 };
            let program = FilterProgram { length, instructions: filter.as_ptr() };
            // SAFETY: the kernel reads `length` instructions from a live list.
            unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) }
        }
    }
}

fn default_signals() -> c_long {
    for signal in 1..=64 {
        // SAFETY: sets the default effect; refused for SIGKILL, SIGSTOP and glibc's own two, which does no harm.
        let _ = unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let none = 0_u64;
    // SAFETY: the kernel reads eight bytes of a live number.
    unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const none, ptr::null_mut::<u64>(), 8) }
}

fn wait_at(gate: RawFd) -> c_long {
    let mut byte = 0_u8;
    loop {
        // SAFETY: one byte of a live variable.
        match unsafe { libc::read(gate, (&raw mut byte).cast(), 1) } {
            1 => {
                // A program finds its own signals as it would without us.
                // SAFETY: numbers only.
                unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, 0, 0, 0, 0) };
                return 0;
            }
            -1 if errno() == libc::EINTR => {}
            _ => return -1,
        }
    }
}
