//! `SO_RCVTIMEO` and `SO_SNDTIMEO`: the kernel never hears of them. The first one of a process brings its calls that may
//! block on a socket to us, and each is a timed wait then.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

use super::{ALWAYS, Then, error};
use crate::clock::VirtualDuration;
use crate::tracer::filter;
use crate::tracer::inject::Injected;
use crate::tracer::memory;
use crate::tracer::procfs;
use crate::tracer::regs::{CALLS, Native, Registers, int};
use crate::tracer::task::{Seen, WaitKind};
use crate::tracer::world::{Caller, World};

const NAME: &str = "SO_RCVTIMEO and SO_SNDTIMEO";
const MSG_DONTWAIT: u64 = 0x40;
/// Calls that may block on a socket until something comes, and until something can be sent.
const RECEIVE: [&str; 7] = ["read", "readv", "recvfrom", "recvmsg", "recvmmsg", "accept", "accept4"];
const SEND: [&str; 7] = ["write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "connect"];

/// The time-outs of all sockets that have some, by the socket's inode.
#[derive(Debug, Default)]
pub(in crate::tracer) struct SocketTimeouts(HashMap<u64, Timeouts>);

#[derive(Clone, Copy, Debug, Default)]
struct Timeouts {
    receive: Option<VirtualDuration>,
    send: Option<VirtualDuration>,
}

/// Which socket a descriptor is.
fn socket(caller: Caller, number: i32) -> Option<u64> {
    fs::metadata(format!("/proc/{}/fd/{number}", caller.tid)).ok().map(|metadata| metadata.ino())
}

/// Whether an option is about receiving; else it is about sending.
const fn is_receive(option: i32) -> bool {
    matches!(option, 20 | 66)
}

pub(super) fn setsockopt(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    if registers.argument(4) < 16 {
        return Ok(error(libc::EINVAL));
    }
    let [seconds, micros] = memory::read_words(caller.tid, registers.argument(3))?;
    if !(0..1_000_000).contains(&micros) {
        return Ok(error(libc::EDOM));
    }
    let Some(inode) = socket(caller, int(registers.argument(0))) else { return Ok(Then::Go) };
    // Under a schedule these calls stop in any case.
    let sees = world.turns.is_some();
    if let Some(process) = world.processes.get_mut(&caller.pid)
        && !std::mem::replace(&mut process.sees_sockets, true)
        && !sees
    {
        let names = || RECEIVE.iter().chain(&SEND);
        let calls: Vec<_> = CALLS
            .iter()
            .filter(|(_, name, _)| names().any(|wanted| wanted == name))
            .map(|(number, ..)| (*number, ALWAYS))
            .collect();
        let program = filter::tracing(&calls).map_err(io::Error::other)?;
        let injected = Injected::filter(caller, registers, &program, Some(NAME))?;
        return Ok(Then::Replace(Seen::Injected(Box::new(injected))));
    }
    // A negative time is none at all; zero means for ever.
    let span = memory::timeval(seconds, micros).filter(|span| *span > VirtualDuration::ZERO);
    let timeouts = world.socket_timeouts.0.entry(inode).or_default();
    if is_receive(int(registers.argument(2))) {
        timeouts.receive = span;
    } else {
        timeouts.send = span;
    }
    Ok(Then::Answer(0))
}

pub(super) fn getsockopt(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let inode = socket(caller, int(registers.argument(0)));
    let Some(timeouts) = inode.and_then(|inode| world.socket_timeouts.0.get(&inode)) else { return Ok(Then::Go) };
    let span = if is_receive(int(registers.argument(2))) { timeouts.receive } else { timeouts.send };
    let mut length = [0; 4];
    memory::read(caller.tid, registers.argument(4), &mut length)?;
    if u32::from_ne_bytes(length) < 16 {
        return Ok(Then::Go);
    }
    let words = memory::timeval_words(span.map_or(0, VirtualDuration::as_nanos));
    memory::write_words(caller.tid, registers.argument(3), &words)?;
    memory::write(caller.tid, registers.argument(4), &16_u32.to_ne_bytes())?;
    Ok(Then::Answer(0))
}

/// A call that may block on a socket: a timed wait, when the socket has a time-out.
pub(super) fn may_block(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    if world.socket_timeouts.0.is_empty() {
        return Then::Go;
    }
    let name = super::name(registers.number());
    let (receives, sends) = (RECEIVE.contains(&name), SEND.contains(&name));
    if !receives && !sends {
        return Then::Go;
    }
    let number = int(registers.argument(0));
    let timeouts = socket(caller, number).and_then(|inode| world.socket_timeouts.0.get(&inode).copied());
    let Some(span) = timeouts.and_then(|timeouts| if receives { timeouts.receive } else { timeouts.send }) else {
        return Then::Go;
    };
    let flags = match name {
        "recvfrom" | "sendto" | "recvmmsg" | "sendmmsg" => registers.argument(3),
        "recvmsg" | "sendmsg" => registers.argument(2),
        _ => 0,
    };
    if flags & MSG_DONTWAIT != 0 || procfs::is_nonblocking(caller.tid, number) {
        return Then::Go;
    }
    // One to a path waits for room among those that wait to be accepted, and is not in progress meanwhile.
    let to_a_path = || {
        let family = u16::try_from(libc::AF_UNIX).map(u16::to_ne_bytes);
        memory::read_some(caller.tid, registers.argument(1), 2)
            .is_ok_and(|bytes| family.is_ok_and(|unix| bytes == unix))
    };
    let kind = if name == "connect" && !to_a_path() { WaitKind::InProgress } else { WaitKind::Again };
    Then::Wait { kind, until: world.time.read().saturating_add(span), span }
}
