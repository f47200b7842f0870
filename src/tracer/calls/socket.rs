//! Sockets, as far as time and the outside world go.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;

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
    if result == 0
        && let Ok(socket) = copy_from(caller.tid, number)
    {
        world.doors.extend(port(&socket));
    }
}

/// The port that a socket has, if it has one.
pub(super) fn port(socket: &OwnedFd) -> Option<u16> {
    // Whatever kind of socket it is: the name of it is asked for in the same way.
    let listener = TcpListener::from(socket.try_clone().ok()?);
    listener.local_addr().map(|at| at.port()).ok().filter(|port| *port > 0)
}

/// Makes a name to be bound to one that only this machine reaches; none where it is another machine's, or not of this
/// family. Whoever wants to be reached at every address is reached at the first of the loopback's.
pub(super) fn own_address(name: &mut [u8], family: u16) -> Option<()> {
    if name.get(..2)? != family.to_ne_bytes() {
        return None;
    }
    let ip = address(name)?.ip();
    if ip.is_unspecified() {
        match i32::from(family) {
            libc::AF_INET => name[4..8].copy_from_slice(&Ipv4Addr::LOCALHOST.octets()),
            _ => name[8..24].copy_from_slice(&Ipv4Addr::LOCALHOST.to_ipv6_mapped().octets()),
        }
        return Some(());
    }
    ip.is_loopback().then_some(())
}

/// The internet address in a name; none: another family (a path, a link), or not enough of it.
fn address(bytes: &[u8]) -> Option<SocketAddr> {
    let family = bytes.get(..2).map_or(0, |family| i32::from(u16::from_ne_bytes([family[0], family[1]])));
    let port = bytes.get(2..4).map_or(0, |port| u16::from_be_bytes([port[0], port[1]]));
    let ip = match family {
        libc::AF_INET => bytes.get(4..8).and_then(|four| <[u8; 4]>::try_from(four).ok()).map(IpAddr::from),
        libc::AF_INET6 => bytes.get(8..24).and_then(|all| <[u8; 16]>::try_from(all).ok()).map(IpAddr::from),
        _ => None,
    };
    ip.map(|ip| SocketAddr::new(ip.to_canonical(), port))
}

/// Whether packets to an address stay on this machine.
fn is_here(ip: IpAddr) -> bool {
    // A socket may only be bound to an address of one's own.
    ip.is_loopback() || ip.is_unspecified() || (!is_for_several(ip) && UdpSocket::bind((ip, 0)).is_ok())
}

fn is_for_several(ip: IpAddr) -> bool {
    ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST)
}

/// Why a peer is not one of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not on this machine.
    FarAway,
    /// It is on this machine, and not of the tree.
    Stranger,
    /// It is no address.
    Nonsense,
}

/// Whether a name is that of somebody in the tree, or of nobody.
pub(super) fn judge(world: &mut World<'_>, name: &[u8]) -> Result<(), Refusal> {
    let peer = address(name).ok_or(Refusal::Nonsense)?;
    if !is_here(peer.ip()) {
        return Err(Refusal::FarAway);
    }
    if !world.doors.contains(&peer.port()) {
        match whose(world, peer.port()) {
            Whose::Trees => {
                world.doors.insert(peer.port());
            }
            Whose::Nobodys => {}
            Whose::Strangers => return Err(Refusal::Stranger),
        }
    }
    Ok(())
}

/// The program turns to a peer. One outside the tree lives in real time; whether there is one, the call's result tells.
fn meet(world: &mut World<'_>, caller: Caller, at: u64, length: u64) -> io::Result<Then> {
    if !world.options.outside_network {
        return Ok(Then::Go);
    }
    let name = memory::read_some(caller.tid, at, usize::try_from(length).unwrap_or(0).min(28))?;
    Ok(match judge(world, &name) {
        Ok(()) | Err(Refusal::Nonsense) => Then::Go,
        Err(Refusal::FarAway | Refusal::Stranger) => Then::See(Seen::Peer),
    })
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
    if has_tree(world, &sockets) { Whose::Trees } else { Whose::Strangers }
}

/// Whether the tree has one of these sockets, as `/proc/PID/fd` names them.
pub(super) fn has_tree(world: &World<'_>, sockets: &BTreeSet<String>) -> bool {
    let has_it = |pid: &i32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
        let mut links = descriptors.filter_map(|entry| fs::read_link(entry.path()).ok());
        links.any(|link| link.to_str().is_some_and(|link| sockets.contains(link)))
    };
    world.processes.keys().any(has_it)
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
