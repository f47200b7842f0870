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
    /// The folder of the control group of version 2 that it begins in; none: the caller's.
    pub group: Option<BorrowedFd<'a>>,
    /// Path of the program.
    pub executable: &'a CStr,
    /// Its arguments, the name first.
    pub argv: &'a [CString],
    /// Its whole environment.
    pub env: &'a [CString],
    /// What become its descriptors 0, 1, 2, [`PLAN_FD`] and [`CONTROL_FD`]; all others are closed.
    pub descriptors: [BorrowedFd<'a>; 5],
}

/// So much stack has the child until it executes the program, in words.
const STACK: usize = 4096;

/// All that the child needs, laid out before it is made.
struct Start<'a> {
    parent: Option<u32>,
    namespaces: libc::c_int,
    executable: &'a CStr,
    argv: &'a [*const libc::c_char],
    env: &'a [*const libc::c_char],
    descriptors: [RawFd; 5],
}

/// Makes the process and returns its id. It dies with the calling thread.
///
/// A process in a new user namespace keeps its capabilities there over the execve, as ambient ones (capabilities(7)).
///
/// Like `posix_spawn(3)` it lends the child our memory until it executes the program: a copy of a worker's memory, and the
/// faults by which both sides part with it, cost as much as the rest.
///
/// # Errors
/// When clone fails. A failure behind it ends the process with status 125.
pub fn launch(launch: &Launch<'_>) -> io::Result<libc::pid_t> {
    let argv = pointers(launch.argv);
    let env = pointers(launch.env);
    let start = Start {
        // In a process namespace of its own the child sees no parent: there the control socket tells whether we live.
        parent: (launch.namespaces & libc::CLONE_NEWPID == 0).then(std::process::id),
        namespaces: launch.namespaces,
        executable: launch.executable,
        argv: &argv,
        env: &env,
        descriptors: launch.descriptors.map(|descriptor| descriptor.as_raw_fd()),
    };
    let mut stack = vec![0_u128; STACK];
    let flags = launch.namespaces | libc::CLONE_VM | libc::CLONE_VFORK;
    let argument = (&raw const start).cast_mut().cast();
    if let Some(group) = launch.group {
        // SAFETY: as below.
        return unsafe { clone_into(group, flags, &mut stack, argument) };
    }
    // SAFETY: the stack is the child's alone, aligned to 16 bytes, and grows down from its end. This thread stands still until
    // the child has executed the program or is gone, so all that `start` points at lives as long as the child reads it, and
    // nobody else reads this thread's `errno`.
    let pid = unsafe { libc::clone(child, stack.as_mut_ptr_range().end.cast(), flags | libc::SIGCHLD, argument) };
    if pid == -1 { Err(io::Error::last_os_error()) } else { Ok(pid) }
}

/// The same by clone3(2), for which the C library has no face, into a control group (Linux 5.7).
///
/// # Safety
/// `flags` have `CLONE_VM` and `CLONE_VFORK`, and `argument` is what [`child`] expects.
#[cfg(target_arch = "x86_64")]
unsafe fn clone_into(
    group: BorrowedFd<'_>,
    flags: libc::c_int,
    stack: &mut [u128],
    argument: *mut libc::c_void,
) -> io::Result<libc::pid_t> {
    /// `CLONE_INTO_CGROUP`, which no older call could take.
    const INTO_GROUP: u64 = 0x2_0000_0000;
    let arguments = libc::clone_args {
        flags: u64::from(flags.cast_unsigned()) | INTO_GROUP,
        pidfd: 0,
        child_tid: 0,
        parent_tid: 0,
        exit_signal: u64::from(libc::SIGCHLD.cast_unsigned()),
        stack: stack.as_mut_ptr().addr() as u64,
        stack_size: size_of_val(stack) as u64,
        tls: 0,
        set_tid: 0,
        set_tid_size: 0,
        cgroup: u64::from(group.as_raw_fd().cast_unsigned()),
    };
    let begin: extern "C" fn(*mut libc::c_void) -> libc::c_int = child;
    let result: libc::c_long;
    // SAFETY: the call changes no memory of ours and of our registers only the three named ones. The child begins behind it
    // with the end of the stack in its stack pointer, aligned to 16 bytes as a call wants it, and never comes back from `begin`.
    unsafe {
        std::arch::asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, r12",
            "call r13",
            "ud2",
            "2:",
            inlateout("rax") libc::SYS_clone3 => result,
            in("rdi") &raw const arguments,
            in("rsi") size_of_val(&arguments),
            in("r12") argument,
            in("r13") begin,
            lateout("rcx") _,
            lateout("r11") _,
        );
    }
    let failed = || i32::try_from(-result).map_or_else(io::Error::other, io::Error::from_raw_os_error);
    libc::pid_t::try_from(result).ok().filter(|pid| *pid > 0).ok_or_else(failed)
}

/// Elsewhere it is as on an older kernel.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn clone_into(
    _group: BorrowedFd<'_>,
    _flags: libc::c_int,
    _stack: &mut [u128],
    _argument: *mut libc::c_void,
) -> io::Result<libc::pid_t> {
    Err(io::Error::from_raw_os_error(libc::ENOSYS))
}

extern "C" fn child(start: *mut libc::c_void) -> libc::c_int {
    // SAFETY: `launch` passes a `Start`, which lives and is not written until this process lets go of its memory.
    become_program(unsafe { &*start.cast::<Start<'_>>() })
}

/// Runs in the child, while another thread of the parent may hold any lock: only bare system calls, no allocation.
fn become_program(start: &Start<'_>) -> ! {
    if !dies_with(start.parent) {
        // SAFETY: ends the process without running anything of the parent's.
        unsafe { libc::_exit(125) }
    }
    if start.namespaces & libc::CLONE_NEWUSER != 0 {
        keep_capabilities_over_exec();
    }
    // First out of the way of all targets, then in their places; dup2 clears close-on-exec.
    let mut descriptors = start.descriptors;
    for descriptor in &mut descriptors {
        // SAFETY: fcntl with integers only.
        *descriptor = unsafe { libc::fcntl(*descriptor, libc::F_DUPFD_CLOEXEC, 16) };
    }
    for (target, descriptor) in (0..).zip(descriptors) {
        // SAFETY: dup2 with integers only.
        unsafe { libc::dup2(descriptor, target) };
    }
    // SAFETY: closes descriptors that nothing in this process will use again; the parent has its own table of them.
    unsafe { libc::syscall(libc::SYS_close_range, CONTROL_FD + 1, u32::MAX, 0) };
    // SAFETY: a string, and two lists of strings that end with a null pointer.
    unsafe { libc::execve(start.executable.as_ptr(), start.argv.as_ptr(), start.env.as_ptr()) };
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
