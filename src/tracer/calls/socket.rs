//! Sockets, as far as time and the outside world go.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use super::Then;
use crate::sys::descriptor::copy_from;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, int, negative};
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

/// Which internet address a call names; none: another family (a path, a link), or not enough of it.
fn address(caller: Caller, at: u64, length: u64) -> io::Result<Option<SocketAddr>> {
    let length = usize::try_from(length).unwrap_or(0).min(28);
    let bytes = memory::read_some(caller.tid, at, length)?;
    let family = bytes.get(..2).map_or(0, |family| i32::from(u16::from_ne_bytes([family[0], family[1]])));
    let port = bytes.get(2..4).map_or(0, |port| u16::from_be_bytes([port[0], port[1]]));
    let ip = match family {
        libc::AF_INET => bytes.get(4..8).and_then(|four| <[u8; 4]>::try_from(four).ok()).map(IpAddr::from),
        libc::AF_INET6 => bytes.get(8..24).and_then(|all| <[u8; 16]>::try_from(all).ok()).map(IpAddr::from),
        _ => None,
    };
    Ok(ip.map(|ip| SocketAddr::new(ip.to_canonical(), port)))
}

/// Whether packets to an address stay on this machine.
fn is_here(ip: IpAddr) -> bool {
    // A socket may only be bound to an address of one's own.
    ip.is_loopback() || ip.is_unspecified() || (!is_for_several(ip) && UdpSocket::bind((ip, 0)).is_ok())
}

fn is_for_several(ip: IpAddr) -> bool {
    ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// The program turns to a peer. One outside the tree lives in real time; whether there is one, the call's result tells.
fn meet(world: &mut World<'_>, caller: Caller, at: u64, length: u64) -> io::Result<Then> {
    if !world.options.outside_network {
        return Ok(Then::Go);
    }
    let Some(peer) = address(caller, at, length)? else { return Ok(Then::Go) };
    // Between our look and the kernel's another thread may change the address: to refuse it is an effort and no proof.
    let shut_in = world.options.sandbox.is_some();
    if !is_here(peer.ip()) {
        return Ok(if shut_in { super::error(libc::ENETUNREACH) } else { Then::See(Seen::Peer) });
    }
    if !world.doors.contains(&peer.port()) {
        match whose(world, peer.port()) {
            Whose::Trees => {
                world.doors.insert(peer.port());
            }
            Whose::Nobodys => {}
            Whose::Strangers if shut_in => return Ok(super::error(libc::ECONNREFUSED)),
            Whose::Strangers => return Ok(Then::See(Seen::Peer)),
        }
    }
    Ok(Then::Go)
}

/// A call that turned to somebody outside returned. One that failed met nobody, and took no time.
pub(super) fn met(world: &mut World<'_>, result: i64) {
    if result >= 0 || result == negative(libc::EINPROGRESS) {
        world.not_virtualised("a network peer outside the run");
    }
}

/// To whom a port of this machine belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Some process of the tree: a port that a socket got by sending, or that was open from the start.
    Trees,
    /// A connection is refused at once.
    Nobodys,
    Strangers,
}

fn whose(world: &World<'_>, port: u16) -> Whose {
    let sockets: BTreeSet<String> =
        ["tcp", "tcp6", "udp", "udp6"].into_iter().flat_map(|table| sockets_at(table, port)).collect();
    if sockets.is_empty() {
        return Whose::Nobodys;
    }
    let has_it = |pid: &i32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
        let mut links = descriptors.filter_map(|entry| fs::read_link(entry.path()).ok());
        links.any(|link| link.to_str().is_some_and(|link| sockets.contains(link)))
    };
    if world.processes.keys().any(has_it) { Whose::Trees } else { Whose::Strangers }
}

/// The sockets at a port that wait for connections or packets, as `/proc/PID/fd` names them.
fn sockets_at(table: &str, port: u16) -> Vec<String> {
    let Ok(text) = fs::read_to_string(format!("/proc/net/{table}")) else { return Vec::new() };
    let suffix = format!(":{port:04X}");
    let waits = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // 0A: listening; 07 and 01: a datagram socket, without and with a peer of its own.
        let states: &[&str] = if table.starts_with("udp") { &["07", "01"] } else { &["0A"] };
        let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        (local.ends_with(&suffix) && states.contains(state)).then(|| format!("socket:[{inode}]"))
    };
    text.lines().skip(1).filter_map(waits).collect()
}

pub(super) fn connect(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    meet(world, caller, registers.argument(1), registers.argument(2))
}

pub(super) fn sendto(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    meet(world, caller, registers.argument(4), registers.argument(5))
}
