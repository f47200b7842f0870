//! Messages to a peer that a call names in memory; see [`super::peer`] for why the program does not send them itself.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use super::peer::{Vetted, answer, is_nonblocking, is_stream, send_instead, socket, vet};
use super::{Then, error};
use crate::sys::peer;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, int};
use crate::tracer::world::{Caller, World};

/// The flags that mean the same when we send. `MSG_FASTOPEN`, which connects, is none of them.
const FLAGS: i32 = libc::MSG_OOB
    | libc::MSG_DONTROUTE
    | libc::MSG_EOR
    | libc::MSG_NOSIGNAL
    | libc::MSG_MORE
    | libc::MSG_DONTWAIT
    | libc::MSG_CONFIRM;
/// The longest message that we carry: more than a datagram holds.
const LONGEST: u64 = 256 << 10;
/// The kernel's `IOV_MAX`.
const MOST_PARTS: u64 = 1024;
/// The kernel's `SCM_MAX_FD`, as bytes behind a header.
const LONGEST_CONTROL: u64 = 4096;
/// So many descriptors of a run travel beside messages: the kernel's own bound on those under way is one of the sender's
/// user, and none for root, which we may be.
const MOST_CARRIED: usize = 4096;
/// `struct msghdr` on this ABI, and where `sendmmsg` tells how much of one was sent.
const HEADER: u64 = 56;

/// `struct msghdr`.
struct Message {
    name: (u64, u64),
    parts: Vec<(u64, u64)>,
    control: (u64, u64),
}

/// Why a message is not sent: the program's own error.
type Errno = i32;

pub(super) fn send_to(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let (at, length, flags) = (registers.argument(1), registers.argument(2), int(registers.argument(3)));
    let message = Message {
        name: (registers.argument(4), registers.argument(5) & 0xffff_ffff),
        parts: vec![(at, length)],
        control: (0, 0),
    };
    send(world, caller, registers, &message, flags)
}

pub(super) fn send_message(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let message = match read(caller, registers.argument(1))? {
        Ok(message) => message,
        Err(errno) => return Ok(error(errno)),
    };
    let flags = int(registers.argument(2));
    send(world, caller, registers, &message, flags)
}

/// Sends the first, as the call may; whoever wants more sent calls again.
pub(super) fn send_messages(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    if int(registers.argument(2)) == 0 {
        return Ok(Then::Answer(0));
    }
    let at = registers.argument(1);
    let message = match read(caller, at)? {
        Ok(message) => message,
        Err(errno) => return Ok(error(errno)),
    };
    let socket = match socket(caller, int(registers.argument(0))) {
        Ok(socket) => socket,
        Err(errno) => return Ok(error(errno)),
    };
    let sent = match carry(world, caller, &socket, &message, int(registers.argument(3)))? {
        Ok(sent) => sent,
        Err(errno) => return Ok(error(errno)),
    };
    if let Ok(count) = sent {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        memory::write(caller.tid, at + HEADER, &count.to_ne_bytes())?;
    }
    Ok(answer(&sent.map(|_| 1)))
}

fn send(
    world: &mut World<'_>,
    caller: Caller,
    registers: &mut Native,
    message: &Message,
    flags: i32,
) -> io::Result<Then> {
    let socket = match socket(caller, int(registers.argument(0))) {
        Ok(socket) => socket,
        Err(errno) => return Ok(error(errno)),
    };
    let first = message.parts.iter().find(|(_, length)| *length > 0).copied().unwrap_or_default();
    if is_stream(&socket) && message.control.1 == 0 && message.parts.iter().filter(|part| part.1 > 0).count() <= 1 {
        return Ok(send_instead(registers, first.0, first.1, flags & FLAGS));
    }
    let sent = match carry(world, caller, &socket, message, flags)? {
        Ok(sent) => sent,
        Err(errno) => return Ok(error(errno)),
    };
    let full = sent.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::EAGAIN));
    // A datagram goes whole: as one part, to whom its socket is connected.
    let in_one_part = message.parts.iter().filter(|part| part.1 > 0).count() <= 1;
    let to_its_peer = in_one_part && (message.name.0 == 0 || message.name.1 == 0);
    if full
        && (is_stream(&socket) || to_its_peer)
        && message.control.1 == 0
        && !is_nonblocking(&socket)
        && flags & libc::MSG_DONTWAIT == 0
    {
        // It waits until there is room, for its first part: a call may send less than all.
        return Ok(send_instead(registers, first.0, first.1, flags & FLAGS));
    }
    Ok(answer(&sent))
}

/// Sends a message for the program, without waiting. The outer error is ours, the middle one why it may not be sent, and
/// the inner one the kernel's.
fn carry(
    world: &mut World<'_>,
    caller: Caller,
    socket: &OwnedFd,
    message: &Message,
    flags: i32,
) -> io::Result<Result<io::Result<usize>, Errno>> {
    let whole: u64 = message.parts.iter().map(|(_, length)| *length).fold(0, u64::saturating_add);
    let stream = is_stream(socket);
    if whole > LONGEST && !stream {
        return Ok(Err(libc::EMSGSIZE));
    }
    let name = match message.name {
        (0, _) | (_, 0) => None,
        // To a stream a name says nothing, unless it is to connect it.
        _ if stream => None,
        (at, length) => match vet(world, caller, at, length)? {
            Ok(name) => Some(name),
            Err(errno) => return Ok(Err(errno)),
        },
    };
    let beside = match descriptors(caller, message.control)? {
        Ok(beside) => beside,
        Err(errno) => return Ok(Err(errno)),
    };
    world.carried += beside.len();
    if world.carried > MOST_CARRIED {
        return Ok(Err(libc::ETOOMANYREFS));
    }
    let mut bytes = Vec::new();
    for (at, length) in &message.parts {
        let room = LONGEST - u64::try_from(bytes.len()).unwrap_or(LONGEST);
        let mut part = vec![0; address((*length).min(room))];
        memory::read(caller.tid, *at, &mut part)?;
        bytes.extend(part);
    }
    let flags = (flags & FLAGS) | libc::MSG_DONTWAIT;
    Ok(Ok(peer::send(socket.as_fd(), &bytes, name.as_ref().map(Vetted::bytes), &beside, flags)))
}

fn read(caller: Caller, at: u64) -> io::Result<Result<Message, Errno>> {
    let [name, name_length, parts_at, parts, control, control_length, _flags] =
        memory::read_words::<7>(caller.tid, at)?.map(i64::cast_unsigned);
    if parts > MOST_PARTS {
        return Ok(Err(libc::EMSGSIZE));
    }
    let mut bytes = vec![0; address(parts * 16)];
    memory::read(caller.tid, parts_at, &mut bytes)?;
    let number = |half: &[u8]| u64::from_ne_bytes(half.try_into().expect("eight bytes"));
    Ok(Ok(Message {
        name: (name, name_length & 0xffff_ffff),
        parts: bytes.chunks_exact(16).map(|part| (number(&part[..8]), number(&part[8..]))).collect(),
        control: if control == 0 { (0, 0) } else { (control, control_length) },
    }))
}

/// Copies of the descriptors that a message carries. Anything else beside a message is refused: we are not its sender.
fn descriptors(caller: Caller, (at, length): (u64, u64)) -> io::Result<Result<Vec<OwnedFd>, Errno>> {
    if length > LONGEST_CONTROL {
        return Ok(Err(libc::ENOBUFS));
    }
    let mut bytes = vec![0; address(length)];
    memory::read(caller.tid, at, &mut bytes)?;
    let mut copies = Vec::new();
    let mut rest = bytes.as_slice();
    let word = |four: &[u8]| i32::from_ne_bytes(four.try_into().expect("four bytes"));
    while rest.len() >= 16 {
        let length = usize::from_ne_bytes(rest[..8].try_into().expect("eight bytes"));
        if length < 16 || length > rest.len() {
            return Ok(Err(libc::EINVAL));
        }
        if word(&rest[8..12]) != libc::SOL_SOCKET || word(&rest[12..16]) != libc::SCM_RIGHTS {
            return Ok(Err(libc::EPERM));
        }
        for number in rest[16..length].chunks_exact(4).map(word) {
            match socket(caller, number) {
                Ok(copy) => copies.push(copy),
                Err(errno) => return Ok(Err(errno)),
            }
        }
        rest = rest.get(length.next_multiple_of(8)..).unwrap_or_default();
    }
    Ok(Ok(copies))
}
