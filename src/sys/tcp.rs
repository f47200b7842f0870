//! What the kernel knows of a TCP connection (tcp(7), `TCP_INFO`).
#![expect(unsafe_code, reason = "the structure is longer than the one the C library knows")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// How far a connection has come. All counts are of bytes of the program's, headers not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The state of `enum` `TCP_ESTABLISHED` …: 1 established, 2 asked for and not answered yet, 10 listening.
    pub state: u8,
    /// Packets sent that nobody has said to have: they are sent again.
    pub unanswered: u32,
    /// Written, and kept back by the kernel for now.
    pub unsent: u32,
    /// Sent; what had to be sent twice counts once.
    pub sent: u64,
    /// Come in, in order.
    pub received: u64,
    /// Come in, and not read yet.
    pub unread: u32,
}

/// The size of `struct tcp_info` up to the last field that is read here.
const LENGTH: usize = 216;

/// Asks for it.
///
/// # Errors
/// When it is no TCP socket, or the kernel is older than 4.19.
pub fn progress(socket: BorrowedFd<'_>) -> io::Result<Progress> {
    let mut info = [0_u8; LENGTH];
    let mut length = libc::socklen_t::try_from(LENGTH).expect("a small number");
    // SAFETY: both pointers live through the call, and `length` is the room behind the first.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    if usize::try_from(length).is_ok_and(|length| length < LENGTH) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let short = |at: usize| u32::from_ne_bytes(info[at..at + 4].try_into().expect("four bytes"));
    let long = |at: usize| u64::from_ne_bytes(info[at..at + 8].try_into().expect("eight bytes"));
    let (bytes_sent, bytes_sent_again) = (long(200), long(208));
    let mut unread: libc::c_int = 0;
    // SAFETY: the request writes one `int`. A listening socket refuses: it has nothing to read.
    if unsafe { libc::ioctl(socket.as_raw_fd(), libc::FIONREAD, &raw mut unread) } == -1 {
        unread = 0;
    }
    Ok(Progress {
        state: info[0],
        unanswered: short(24),
        unsent: short(144),
        sent: bytes_sent.saturating_sub(bytes_sent_again),
        received: long(128),
        unread: unread.cast_unsigned(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use super::progress;

    #[test]
    fn bytes_are_counted_on_both_sides() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"twelve bytes").unwrap();
        server.read_exact(&mut [0; 7]).unwrap();
        let (one, other) = (progress(client.as_fd()).unwrap(), progress(server.as_fd()).unwrap());
        assert_eq!((one.state, one.sent, one.unsent, one.received), (1, 12, 0, 0));
        assert_eq!((other.sent, other.received, other.unread), (0, 12, 5));
        assert_eq!(progress(listener.as_fd()).unwrap().state, 10);
    }

    #[test]
    fn what_does_not_fit_is_unsent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.set_nonblocking(true).unwrap();
        while client.write(&[0; 8192]).is_ok() {}
        assert!(progress(client.as_fd()).unwrap().unsent > 0);
        drop(server);
    }
}
