//! Bringing the loopback interface of a new network namespace up (netdevice(7)).
#![expect(unsafe_code, reason = "the interface request is a union behind an ioctl")]

use std::io;
use std::os::fd::AsRawFd;

/// Brings `lo` up in the caller's network namespace.
///
/// # Errors
/// When there is no such interface or no right to it.
pub fn bring_up() -> io::Result<()> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
    // SAFETY: an interface request is plain data, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = from.cast_signed();
    }
    // SAFETY: the request lives through the call, which fills in its flags.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut request) })?;
    let up = libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).expect("the flags fit in a short");
    // SAFETY: the call before filled in just this field of the union.
    let flags = unsafe { request.ifr_ifru.ifru_flags };
    request.ifr_ifru.ifru_flags = flags | up;
    // SAFETY: as for the first call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) })
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
