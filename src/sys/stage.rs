//! Starting the sandbox's stage: clone(2) into namespaces and straight on to execve(2).
#![expect(unsafe_code, reason = "clone into namespaces and what comes before exec have no safe face")]

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::child::{dies_with, pointers};

/// The descriptor at which a stage finds what it is to do.
pub const PLAN_FD: RawFd = 3;
/// The descriptor at which a stage talks with whoever started it.
pub const CONTROL_FD: RawFd = 4;

/// Takes a descriptor that this process was started with.
///
/// # Errors
/// When it is not open. It must be taken only once.
pub fn inherited(descriptor: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: fcntl with integers only. From here on the descriptor is closed at the next execve.
    if unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) } == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open, and the caller takes it once, before anything else of this process could have made it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Closes every descriptor of this process. For an init that only reaps.
pub fn close_everything() {
    // SAFETY: the caller uses no descriptor any more, as the name says; those that owners think open are never used.
    unsafe { libc::syscall(libc::SYS_close_range, 0, u32::MAX, 0) };
}

/// A program to execute in a new process, all of it laid out before the process is made.
pub struct Launch<'a> {
    /// Flags of clone(2), without the exit signal: the namespaces.
    pub namespaces: libc::c_int,
    /// Path of the program.
    pub executable: &'a CStr,
    /// Its arguments, the name first.
    pub argv: &'a [CString],
    /// Its whole environment.
    pub env: &'a [CString],
    /// What become its descriptors 0, 1, 2, [`PLAN_FD`] and [`CONTROL_FD`]; all others are closed.
    pub descriptors: [BorrowedFd<'a>; 5],
}

/// Makes the process and returns its id. It dies with the calling thread.
///
/// A process in a new user namespace keeps its capabilities there over the execve, as ambient ones (capabilities(7)).
///
/// # Errors
/// When clone fails. A failure behind it ends the process with status 125.
pub fn launch(launch: &Launch<'_>) -> io::Result<libc::pid_t> {
    let argv = pointers(launch.argv);
    let env = pointers(launch.env);
    let descriptors = launch.descriptors.map(|descriptor| descriptor.as_raw_fd());
    let flags = libc::c_long::from(launch.namespaces | libc::SIGCHLD);
    // In a process namespace of its own the child sees no parent: there the control socket tells whether we live.
    let parent = (launch.namespaces & libc::CLONE_NEWPID == 0).then(std::process::id);
    // SAFETY: without CLONE_VM and with a null stack this is fork(2): the child has its own copy of all memory.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            // SAFETY: this is the child of a fork, and every pointer was laid out before it.
            unsafe { become_program(parent, launch.namespaces, launch.executable.as_ptr(), &argv, &env, descriptors) }
        }
        pid => Ok(libc::pid_t::try_from(pid).expect("a process id fits in pid_t")),
    }
}

/// Runs in the child, where another thread of the parent may have held any lock: only bare system calls, no allocation.
///
/// # Safety
/// Only in the child of a fork; `argv` and `env` end with a null pointer and point at strings.
unsafe fn become_program(
    parent: Option<u32>,
    namespaces: libc::c_int,
    executable: *const libc::c_char,
    argv: &[*const libc::c_char],
    env: &[*const libc::c_char],
    mut descriptors: [RawFd; 5],
) -> ! {
    if !dies_with(parent) {
        // SAFETY: ends the process without running anything of the parent's.
        unsafe { libc::_exit(125) }
    }
    if namespaces & libc::CLONE_NEWUSER != 0 {
        keep_capabilities_over_exec();
    }
    // First out of the way of all targets, then in their places; dup2 clears close-on-exec.
    for descriptor in &mut descriptors {
        // SAFETY: fcntl with integers only.
        *descriptor = unsafe { libc::fcntl(*descriptor, libc::F_DUPFD_CLOEXEC, 16) };
    }
    for (target, descriptor) in (0..).zip(descriptors) {
        // SAFETY: dup2 with integers only.
        unsafe { libc::dup2(descriptor, target) };
    }
    // SAFETY: closes descriptors that nothing in this process will use again.
    unsafe { libc::syscall(libc::SYS_close_range, CONTROL_FD + 1, u32::MAX, 0) };
    // SAFETY: the caller promises that the pointers are good.
    unsafe { libc::execve(executable, argv.as_ptr(), env.as_ptr()) };
    // SAFETY: ends the process without running anything of the parent's.
    unsafe { libc::_exit(125) }
}

fn keep_capabilities_over_exec() {
    // The ABI of capset(2), version 3: a header and two words of 32 capabilities each.
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Data {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    let header = Header { version: 0x2008_0522, pid: 0 };
    let mut data = [Data { effective: 0, permitted: 0, inheritable: 0 }; 2];
    // SAFETY: header and data have the layout of the ABI and live through the call.
    unsafe { libc::syscall(libc::SYS_capget, &raw const header, data.as_mut_ptr()) };
    for word in &mut data {
        word.inheritable = word.permitted;
    }
    // SAFETY: as above.
    unsafe { libc::syscall(libc::SYS_capset, &raw const header, data.as_ptr()) };
    for capability in 0..64 {
        // SAFETY: prctl with integers only; a capability that does not exist is an error that changes nothing.
        unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, capability, 0, 0) };
    }
}
