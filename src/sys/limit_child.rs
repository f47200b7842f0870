//! A resource limit set on another process, after its start and without code between its fork and its exec.
#![expect(unsafe_code, reason = "nix has no prlimit")]

use std::io;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// CPU time of the process, in seconds.
    Cpu,
    /// Data memory of the process, in bytes.
    Data,
}

/// Limits a child. For CPU time the hard limit is a little later than the soft one, so that the child ends with
/// SIGXCPU, which tells why, and not with SIGKILL.
///
/// # Errors
/// When the process is gone or is not ours.
pub fn limit_child(pid: u32, resource: Resource, limit: u64) -> io::Result<()> {
    let resource = match resource {
        Resource::Cpu => libc::RLIMIT_CPU,
        Resource::Data => libc::RLIMIT_DATA,
    };
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    let grace = if resource == libc::RLIMIT_CPU { 5 } else { 0 };
    let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit.saturating_add(grace) };
    // SAFETY: `limit` is a valid rlimit for the length of the call; the old limit is not asked for.
    let result = unsafe { libc::prlimit(pid, resource, &raw const limit, std::ptr::null_mut()) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
