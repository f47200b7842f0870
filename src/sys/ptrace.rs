//! `ptrace(2)`: the requests that the tracer needs, on a thread id.

#![expect(unsafe_code, reason = "ptrace is a system call with untyped arguments")]

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use libc::{c_int, c_long, c_uint, c_void, pid_t};

/// What every tracee is watched for. Children inherit it.
const OPTIONS: c_int = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEEXIT
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

fn request(request: c_uint, tid: pid_t, address: *mut c_void, data: *mut c_void) -> io::Result<c_long> {
    // SAFETY: every caller in this file passes what the request wants: a number in `data`, or a pointer that is valid
    // for the object that the kernel reads or writes there.
    let result = unsafe { libc::ptrace(request, tid, address, data) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn number(value: c_int) -> *mut c_void {
    ptr::without_provenance_mut(usize::try_from(value).unwrap_or_default())
}

/// Attaches to a thread without stopping it; it dies when the tracer does.
pub fn seize(tid: pid_t) -> io::Result<()> {
    request(libc::PTRACE_SEIZE, tid, ptr::null_mut(), number(OPTIONS)).map(drop)
}

/// Lets a stopped thread go on until its next stop; delivers `signal` unless that is 0.
pub fn cont(tid: pid_t, signal: c_int) -> io::Result<()> {
    request(libc::PTRACE_CONT, tid, ptr::null_mut(), number(signal)).map(drop)
}

/// Lets a stopped thread make one instruction, after which it stops by a SIGTRAP.
pub fn step(tid: pid_t) -> io::Result<()> {
    request(libc::PTRACE_SINGLESTEP, tid, ptr::null_mut(), number(0)).map(drop)
}

/// As [`cont`], and stops also when the present system call returns.
pub fn syscall(tid: pid_t, signal: c_int) -> io::Result<()> {
    request(libc::PTRACE_SYSCALL, tid, ptr::null_mut(), number(signal)).map(drop)
}

/// Sets which signals a stopped thread blocks (bit 0 for signal 1), and tells which it blocked before.
pub fn block_signals(tid: pid_t, blocked: u64) -> io::Result<u64> {
    // The size of the kernel's set, where other requests have an address.
    let size = ptr::without_provenance_mut(size_of::<u64>());
    let mut before = 0_u64;
    request(libc::PTRACE_GETSIGMASK, tid, size, ptr::from_mut(&mut before).cast())?;
    request(libc::PTRACE_SETSIGMASK, tid, size, ptr::from_ref(&blocked).cast_mut().cast())?;
    Ok(before)
}

/// Leaves a thread of a group-stop stopped, yet ready to hear SIGCONT.
pub fn listen(tid: pid_t) -> io::Result<()> {
    request(libc::PTRACE_LISTEN, tid, ptr::null_mut(), ptr::null_mut()).map(drop)
}

/// Asks a running thread to stop.
pub fn interrupt(tid: pid_t) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT, tid, ptr::null_mut(), ptr::null_mut()).map(drop)
}

/// The registers of a stopped thread.
pub fn registers(tid: pid_t) -> io::Result<libc::user_regs_struct> {
    let mut registers = MaybeUninit::<libc::user_regs_struct>::uninit();
    request(libc::PTRACE_GETREGS, tid, ptr::null_mut(), registers.as_mut_ptr().cast())?;
    // SAFETY: the request succeeded, so the kernel has filled the whole structure.
    Ok(unsafe { registers.assume_init() })
}

/// Sets the registers of a stopped thread.
pub fn set_registers(tid: pid_t, registers: &libc::user_regs_struct) -> io::Result<()> {
    request(libc::PTRACE_SETREGS, tid, ptr::null_mut(), ptr::from_ref(registers).cast_mut().cast()).map(drop)
}

/// The registers of a stopped thread that hold numbers with a fraction, and vectors.
#[derive(Clone, Copy)]
pub struct FloatingPoint(libc::user_fpregs_struct);

impl std::fmt::Debug for FloatingPoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FloatingPoint")
    }
}

/// Reads those.
pub fn floating_point(tid: pid_t) -> io::Result<FloatingPoint> {
    let mut registers = MaybeUninit::<libc::user_fpregs_struct>::uninit();
    request(libc::PTRACE_GETFPREGS, tid, ptr::null_mut(), registers.as_mut_ptr().cast())?;
    // SAFETY: the request succeeded, so the kernel has filled the whole structure.
    Ok(FloatingPoint(unsafe { registers.assume_init() }))
}

/// Sets them.
pub fn set_floating_point(tid: pid_t, registers: &FloatingPoint) -> io::Result<()> {
    request(libc::PTRACE_SETFPREGS, tid, ptr::null_mut(), ptr::from_ref(&registers.0).cast_mut().cast()).map(drop)
}

/// A word of what the kernel keeps of a stopped thread beside its registers, by its place in `struct user`.
pub fn user_word(tid: pid_t, offset: usize) -> io::Result<u64> {
    nix::errno::Errno::clear();
    match request(libc::PTRACE_PEEKUSER, tid, ptr::without_provenance_mut(offset), ptr::null_mut()) {
        Ok(word) => Ok(word.cast_unsigned()),
        // A word of ones is no error.
        Err(error) if error.raw_os_error() == Some(0) => Ok(u64::MAX),
        Err(error) => Err(error),
    }
}

/// Sets such a word.
pub fn set_user_word(tid: pid_t, offset: usize, word: u64) -> io::Result<()> {
    let word = usize::try_from(word).map_err(io::Error::other)?;
    let (place, word) = (ptr::without_provenance_mut(offset), ptr::without_provenance_mut(word));
    request(libc::PTRACE_POKEUSER, tid, place, word).map(drop)
}

/// The number that belongs to the present event: a new thread's id, an exit status, a former thread id.
pub fn event_message(tid: pid_t) -> io::Result<u64> {
    let mut message: libc::c_ulong = 0;
    request(libc::PTRACE_GETEVENTMSG, tid, ptr::null_mut(), ptr::from_mut(&mut message).cast())?;
    Ok(message)
}

/// What is known of the signal that a thread is stopped for, as the kernel lays it out.
pub fn signal_info(tid: pid_t) -> io::Result<super::signal::SignalInfo> {
    let mut info = super::signal::SignalInfo::default();
    request(libc::PTRACE_GETSIGINFO, tid, ptr::null_mut(), ptr::from_mut(&mut info).cast())?;
    Ok(info)
}

/// Changes what the program will be told of the signal that a thread is stopped for.
pub fn set_signal_info(tid: pid_t, info: &super::signal::SignalInfo) -> io::Result<()> {
    request(libc::PTRACE_SETSIGINFO, tid, ptr::null_mut(), ptr::from_ref(info).cast_mut().cast()).map(drop)
}
