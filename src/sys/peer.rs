//! Calls on a socket whose peer is named by bytes, as the program gave them: connect(2), bind(2), sendmsg(2).
#![expect(unsafe_code, reason = "nix takes names apart and does not give back the same bytes")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// Connects. The name is a `sockaddr` as the kernel wants it.
///
/// # Errors
/// As connect(2).
pub fn connect(socket: BorrowedFd<'_>, name: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(name.len()).map_err(io::Error::other)?;
    // SAFETY: the kernel reads `length` bytes of a live slice.
    let result = unsafe { libc::connect(socket.as_raw_fd(), name.as_ptr().cast(), length) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Binds to a name, a `sockaddr` as the kernel wants it.
///
/// # Errors
/// As bind(2).
pub fn bind(socket: BorrowedFd<'_>, name: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(name.len()).map_err(io::Error::other)?;
    // SAFETY: the kernel reads `length` bytes of a live slice.
    let result = unsafe { libc::bind(socket.as_raw_fd(), name.as_ptr().cast(), length) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Listens; `most` may wait to be accepted.
///
/// # Errors
/// As listen(2).
pub fn listen(socket: BorrowedFd<'_>, most: i32) -> io::Result<()> {
    // SAFETY: numbers only.
    let result = unsafe { libc::listen(socket.as_raw_fd(), most) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The family that a socket was made with.
///
/// # Errors
/// When it is no socket.
pub fn family(socket: BorrowedFd<'_>) -> io::Result<i32> {
    let mut family = 0_i32;
    let mut length = libc::socklen_t::try_from(size_of::<i32>()).map_err(io::Error::other)?;
    // SAFETY: both pointers live through the call, and `length` is the room behind the first.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_DOMAIN,
            (&raw mut family).cast(),
            &raw mut length,
        )
    };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(family) }
}

/// Sends one message, to `name` if there is one, with these descriptors beside it. Raises no SIGPIPE.
///
/// # Errors
/// As sendmsg(2).
pub fn send(
    socket: BorrowedFd<'_>,
    bytes: &[u8],
    name: Option<&[u8]>,
    beside: &[OwnedFd],
    flags: i32,
) -> io::Result<usize> {
    let mut part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let control = rights(beside);
    // SAFETY: all zeroes are a message without parts.
    let mut message = unsafe { std::mem::zeroed::<libc::msghdr>() };
    if let Some(name) = name {
        message.msg_name = name.as_ptr().cast_mut().cast();
        message.msg_namelen = libc::socklen_t::try_from(name.len()).map_err(io::Error::other)?;
    }
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    if !control.is_empty() {
        message.msg_control = control.as_ptr().cast_mut().cast();
        message.msg_controllen = control.len() * size_of::<u64>();
    }
    // SAFETY: everything that the message points at lives through the call, and the kernel only reads it.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, flags | libc::MSG_NOSIGNAL) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

/// A `cmsghdr` of `SCM_RIGHTS` with these descriptors, in aligned words; empty without any.
fn rights(beside: &[OwnedFd]) -> Vec<u64> {
    if beside.is_empty() {
        return Vec::new();
    }
    let length = 16 + size_of_val(beside);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(libc::SOL_SOCKET.to_ne_bytes());
    bytes.extend(libc::SCM_RIGHTS.to_ne_bytes());
    bytes.extend(beside.iter().flat_map(|descriptor| RawFd::to_ne_bytes(descriptor.as_raw_fd())));
    bytes.resize(length.next_multiple_of(8), 0);
    bytes.chunks_exact(8).map(|word| u64::from_ne_bytes(word.try_into().expect("eight bytes"))).collect()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixDatagram;

    use super::send;

    #[test]
    fn a_message_arrives_with_the_descriptors_beside_it() {
        use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
        use std::io::IoSliceMut;
        use std::os::fd::AsRawFd;
        let (one, other) = UnixDatagram::pair().unwrap();
        let beside = [one.as_fd().try_clone_to_owned().unwrap(), other.as_fd().try_clone_to_owned().unwrap()];
        assert_eq!(send(one.as_fd(), b"hello", None, &beside, 0).unwrap(), 5);
        let (mut bytes, mut space) = ([0; 16], nix::cmsg_space!([i32; 2]));
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let message = recvmsg::<()>(other.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::empty()).unwrap();
        let rights = message.cmsgs().unwrap().next();
        assert!(matches!(rights, Some(ControlMessageOwned::ScmRights(all)) if all.len() == 2));
        assert_eq!((message.bytes, &bytes[..5]), (5, &b"hello"[..]));
    }
}
