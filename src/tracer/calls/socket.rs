//! Sockets, as far as time and the outside world go.

use std::io;
use std::net::TcpListener;

use super::Then;
use crate::sys::descriptor::copy_from;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

/// Its time-out is only looked at after each message: too odd to imitate.
pub(super) fn recvmmsg(world: &mut World<'_>) -> Then {
    world.not_virtualised("recvmmsg with a time-out");
    Then::Go
}

/// An internet socket: packets may be under way while all sleep.
pub(super) const fn socket(world: &mut World<'_>) -> Then {
    world.network = true;
    Then::Go
}

/// `bind` and `listen`: a port of the tree's own.
pub(super) fn door(world: &World<'_>, registers: &Native) -> Then {
    if world.network { Then::See(Seen::Door(int(registers.argument(0)))) } else { Then::Go }
}

/// `bind` or `listen` returned.
pub(super) fn opened(world: &mut World<'_>, caller: Caller, number: i32, result: i64) {
    // Whatever kind of socket it is: the name of it is asked for in the same way.
    let port =
        copy_from(caller.tid, number).and_then(|socket| TcpListener::from(socket).local_addr()).map(|at| at.port());
    if result == 0
        && let Ok(port @ 1..) = port
    {
        world.doors.insert(port);
    }
}

/// Where a socket address leads.
enum Peer {
    /// Not the internet: a path, a link.
    Local,
    /// This machine, at this port.
    Loopback(u16),
    Elsewhere,
}

fn peer(caller: Caller, at: u64, length: u64) -> io::Result<Peer> {
    let length = usize::try_from(length).unwrap_or(0).min(28);
    let bytes = memory::read_some(caller.tid, at, length)?;
    let family = bytes.get(..2).map_or(0, |family| i32::from(u16::from_ne_bytes([family[0], family[1]])));
    let port = bytes.get(2..4).map_or(0, |port| u16::from_be_bytes([port[0], port[1]]));
    let here = match family {
        libc::AF_INET => match bytes.get(4..8) {
            Some(address) => address[0] == 127 || address == [0; 4],
            None => return Ok(Peer::Local),
        },
        libc::AF_INET6 => match bytes.get(8..24) {
            Some(address) => {
                let mapped = address[..10] == [0; 10] && address[10..12] == [0xff; 2] && address[12] == 127;
                mapped || address[..15] == [0; 15]
            }
            None => return Ok(Peer::Local),
        },
        _ => return Ok(Peer::Local),
    };
    Ok(if here { Peer::Loopback(port) } else { Peer::Elsewhere })
}

/// A peer outside the tree lives in real time.
fn meet(world: &mut World<'_>, caller: Caller, at: u64, length: u64) -> io::Result<Then> {
    let outside = match peer(caller, at, length)? {
        Peer::Local => false,
        Peer::Elsewhere => true,
        // Nobody of the tree is at this port: somebody else, or nobody, who refuses at once.
        Peer::Loopback(port) => world.options.outside_network && !world.doors.contains(&port),
    };
    if outside && world.options.outside_network && is_there(at, caller, length) {
        world.not_virtualised("a network peer outside the run");
    }
    Ok(Then::Go)
}

/// Whether anybody listens: a refused connection takes no time.
fn is_there(at: u64, caller: Caller, length: u64) -> bool {
    match peer(caller, at, length) {
        Ok(Peer::Loopback(port)) => ["tcp", "tcp6", "udp", "udp6"].into_iter().any(|table| has_port(table, port)),
        _ => true,
    }
}

fn has_port(table: &str, port: u16) -> bool {
    let Ok(text) = std::fs::read_to_string(format!("/proc/net/{table}")) else { return true };
    let suffix = format!(":{port:04X}");
    let listens = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let local = fields.next().is_some_and(|local| local.ends_with(&suffix));
        // 0A: listening; 07: a datagram socket that anyone may send to.
        local && fields.nth(1).is_some_and(|state| state == "0A" || state == "07")
    };
    text.lines().skip(1).any(listens)
}

pub(super) fn connect(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    meet(world, caller, registers.argument(1), registers.argument(2))
}

pub(super) fn sendto(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    meet(world, caller, registers.argument(4), registers.argument(5))
}
