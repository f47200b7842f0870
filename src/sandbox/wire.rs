//! What the stage and its starter say to each other: short packets over a socket pair.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, UnixCredentials, recvmsg,
    sendmsg, setsockopt, socketpair, sockopt,
};

/// A packet's meaning is its first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// From the starter: the id maps are written.
    Mapped,
    /// From the program: I am this process (by the kernel's word) and wait at the gate.
    Ready(i32),
    /// From the starter: the tracer is attached, go on, with this word in the place of that one: arguments that were not
    /// known earlier. Both empty: as planned.
    Go(String, String),
    /// From the stage: a step failed.
    Failed(String),
    /// From the program: execve failed with this error number.
    NotExecuted(i32),
    /// Nobody holds the other end any more.
    Closed,
}

pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (outer, inner) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)?;
    setsockopt(&outer, sockopt::PassCred, &true)?;
    Ok((outer, inner))
}

pub(super) fn send(socket: BorrowedFd<'_>, packet: &Packet) -> io::Result<()> {
    let body = match packet {
        Packet::Mapped => b"m".to_vec(),
        Packet::Ready(_) => b"r".to_vec(),
        Packet::Go(word, instead) => [b"g", word.as_bytes(), b"\0", instead.as_bytes()].concat(),
        Packet::Failed(text) => [b"f", text.as_bytes()].concat(),
        Packet::NotExecuted(number) => [b"x", number.to_string().as_bytes()].concat(),
        Packet::Closed => return Ok(()),
    };
    let credentials = UnixCredentials::new();
    let control = matches!(packet, Packet::Ready(_)).then_some(ControlMessage::ScmCredentials(&credentials));
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(&body)], control.as_slice(), MsgFlags::MSG_NOSIGNAL, None)?;
    Ok(())
}

/// Whether nobody holds the other end any more.
pub(super) fn is_hung_up(socket: BorrowedFd<'_>) -> bool {
    let mut ends = [PollFd::new(socket, PollFlags::empty())];
    poll(&mut ends, PollTimeout::ZERO).is_ok_and(|_| ends[0].any() == Some(true))
}

/// Waits for the next packet; with `MSG_DONTWAIT` gives none when there is none yet.
pub(super) fn receive(socket: BorrowedFd<'_>, flags: MsgFlags) -> io::Result<Option<Packet>> {
    let mut body = [0_u8; 2048];
    let mut space = nix::cmsg_space!(UnixCredentials);
    let (length, sender) = loop {
        let mut parts = [IoSliceMut::new(&mut body)];
        match recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags) {
            Ok(message) => {
                let sender = message.cmsgs()?.find_map(|control| match control {
                    ControlMessageOwned::ScmCredentials(credentials) => Some(credentials.pid()),
                    _ => None,
                });
                break (message.bytes, sender);
            }
            Err(nix::errno::Errno::EINTR) => {}
            Err(nix::errno::Errno::EAGAIN) => return Ok(None),
            Err(nix::errno::Errno::ECONNRESET) => return Ok(Some(Packet::Closed)),
            Err(errno) => return Err(errno.into()),
        }
    };
    let text = || String::from_utf8_lossy(&body[1..length]).into_owned();
    Ok(Some(match (length, body[0]) {
        (0, _) => Packet::Closed,
        (_, b'm') => Packet::Mapped,
        (_, b'r') => Packet::Ready(sender.unwrap_or(0)),
        (_, b'g') => {
            let words = text();
            let (word, instead) = words.split_once('\0').unwrap_or_default();
            Packet::Go(word.to_owned(), instead.to_owned())
        }
        (_, b'x') => Packet::NotExecuted(text().parse().unwrap_or(libc::EIO)),
        (_, b'f') => Packet::Failed(text()),
        _ => return Err(io::Error::other("a packet that nobody sends")),
    }))
}
