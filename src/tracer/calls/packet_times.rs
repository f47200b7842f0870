//! When a packet came (`SO_TIMESTAMP` and its kin): the kernel notes the machine's time, and the program reads ours.
//!
//! A packet waits while the program sleeps, so the clock may have jumped since it came. Each jump is remembered with the machine's
//! time, from the first socket that asks for times on; between two jumps, time went as the machine's did, at most as far
//! as to the next one. The first such socket of a process brings its calls that read messages to us.
//!
//! Not covered: the time of the last packet by `ioctl` (`SIOCGSTAMP`).

use std::collections::VecDeque;
use std::io;

use nix::time::{ClockId, clock_gettime};

use super::{ALWAYS, Then};
use crate::clock::VirtualInstant;
use crate::tracer::filter;
use crate::tracer::inject::Injected;
use crate::tracer::memory;
use crate::tracer::regs::{CALLS, Native, Registers};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

const NAME: &str = "times of packets";
const SECOND: u64 = 1_000_000_000;
/// So many jumps are remembered: a packet that waited through more is dated too late.
const MOST: usize = 4096;
/// `SO_TIMESTAMP`, `SO_TIMESTAMPNS`, `SO_TIMESTAMPING`, in the old and the new form; what brings the time has the same number.
const OPTIONS: [i32; 6] = [29, 35, 37, 63, 64, 65];
/// Those that count in microseconds.
const MICROS: [i32; 2] = [29, 63];
/// Of a `struct msghdr` on this ABI: where its control data are told, and the distance of two in an array of `struct mmsghdr`.
const CONTROL: u64 = 32;
const DISTANCE: u64 = 64;
/// The longest control data that are looked at: more than the kernel lets a socket have by default.
const LONGEST: i64 = 128 << 10;
/// `struct cmsghdr`.
const HEADER: usize = 16;

/// How our clock and the machine's calendar belong together.
#[derive(Debug, Default)]
pub(in crate::tracer) struct Jumps {
    wanted: bool,
    jumps: VecDeque<Jump>,
}

#[derive(Clone, Copy, Debug)]
struct Jump {
    /// The machine's calendar: nanoseconds since 1970.
    machine: u64,
    from: VirtualInstant,
    to: VirtualInstant,
}

fn machine_now() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_REALTIME).map(std::time::Duration::from).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

impl Jumps {
    /// Time is about to jump.
    pub(in crate::tracer) fn note(&mut self, from: VirtualInstant, to: VirtualInstant) {
        if self.wanted {
            self.push(Jump { machine: machine_now(), from, to });
        }
    }

    fn push(&mut self, jump: Jump) {
        if self.jumps.len() == MOST {
            self.jumps.pop_front();
        }
        self.jumps.push_back(jump);
    }

    /// What our clock said when the machine's calendar said `machine`; it says `now` at present.
    /// `repeats`: as of the last jump before, for what goes on between two differs from run to run.
    fn moment(&self, machine: u64, now: VirtualInstant, repeats: bool) -> VirtualInstant {
        let next = self.jumps.partition_point(|jump| jump.machine <= machine);
        let until = self.jumps.get(next).map_or(now, |jump| jump.from);
        match next.checked_sub(1).and_then(|last| self.jumps.get(last)) {
            Some(last) => {
                let since = if repeats { 0 } else { machine - last.machine };
                VirtualInstant::from_nanos(last.to.as_nanos().saturating_add(since)).min(until)
            }
            None => until,
        }
    }
}

/// Whether a socket option asks for times of packets.
pub(super) fn is_asked_for(option: i32) -> bool {
    OPTIONS.contains(&option)
}

/// `setsockopt` of such an option.
pub(super) fn setsockopt(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    if !std::mem::replace(&mut world.jumps.wanted, true) {
        let (machine, now) = (machine_now(), world.time.now());
        world.jumps.push(Jump { machine, from: now, to: now });
    }
    // Under a schedule these calls stop in any case.
    let sees = world.turns.is_some();
    let Some(process) = world.processes.get_mut(&caller.pid) else { return Ok(Then::Go) };
    if std::mem::replace(&mut process.sees_packets, true) || sees {
        return Ok(Then::Go);
    }
    let reads = |name: &str| matches!(name, "recvmsg" | "recvmmsg");
    let calls: Vec<_> = CALLS.iter().filter(|(_, name, _)| reads(name)).map(|(number, ..)| (*number, ALWAYS)).collect();
    let program = filter::tracing(&calls).map_err(io::Error::other)?;
    let injected = Injected::filter(caller, registers, &program, Some(NAME))?;
    Ok(Then::Replace(Seen::Injected(Box::new(injected))))
}

/// Whether a call may bring times of packets: how many messages it has read, when it returned `result`.
fn messages(world: &World<'_>, caller: Caller, number: i64, result: i64) -> i64 {
    if !world.processes.get(&caller.pid).is_some_and(|process| process.sees_packets) {
        return 0;
    }
    match super::name(number) {
        "recvmsg" if result >= 0 => 1,
        "recvmmsg" => result,
        _ => 0,
    }
}

/// A call that may bring times of packets, and that goes on as it is: it is looked at again when it has returned.
pub(super) fn may_read(world: &World<'_>, caller: Caller, registers: &Native) -> Then {
    if messages(world, caller, registers.number(), 1) > 0 { Then::See(Seen::Packets) } else { Then::Go }
}

/// A call returned: the times of packets that it brought become ours.
pub(super) fn mend(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<()> {
    let count = messages(world, caller, registers.number(), registers.result());
    for message in (0..u64::try_from(count).unwrap_or(0)).map(|index| registers.argument(1) + index * DISTANCE) {
        let [at, length] = memory::read_words(caller.tid, message + CONTROL)?;
        if at == 0 || !(1..=LONGEST).contains(&length) {
            continue;
        }
        let mut control = vec![0; usize::try_from(length).unwrap_or(0)];
        memory::read(caller.tid, at.cast_unsigned(), &mut control)?;
        let (now, repeats) = (world.time.now(), world.turns.is_some());
        if in_control(&mut control, |machine| world.time.calendar(world.jumps.moment(machine, now, repeats))) {
            memory::write(caller.tid, at.cast_unsigned(), &control)?;
        }
    }
    Ok(())
}

/// Changes each time in control data, in nanoseconds since 1970, by `told`; whether there was one.
fn in_control(control: &mut [u8], told: impl Fn(u64) -> u64) -> bool {
    let (mut at, mut found) = (0, false);
    while let Some(header) = control.get(at..at + HEADER) {
        let int = |from: usize| i32::from_ne_bytes(header[from..from + 4].try_into().expect("four bytes"));
        let length = usize::from_ne_bytes(header[..8].try_into().expect("eight bytes"));
        let (level, kind) = (int(8), int(12));
        let Some(end) = at.checked_add(length).filter(|end| length >= HEADER && *end <= control.len()) else { break };
        if level == libc::SOL_SOCKET && OPTIONS.contains(&kind) {
            let unit = if MICROS.contains(&kind) { 1000 } else { 1 };
            for pair in control[at + HEADER..end].chunks_exact_mut(16) {
                let number = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("eight bytes"));
                let (seconds, rest) = (number(&pair[..8]), number(&pair[8..]));
                // No time at all: the machine does not tell it in this way.
                if (seconds, rest) == (0, 0) {
                    continue;
                }
                let time = told(seconds.saturating_mul(SECOND).saturating_add(rest.saturating_mul(unit)));
                pair[..8].copy_from_slice(&(time / SECOND).to_ne_bytes());
                pair[8..].copy_from_slice(&(time % SECOND / unit).to_ne_bytes());
                found = true;
            }
        }
        at = end.next_multiple_of(8);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Jump, Jumps, in_control};
    use crate::clock::VirtualInstant;

    fn at(nanos: u64) -> VirtualInstant {
        VirtualInstant::from_nanos(nanos)
    }

    #[test]
    fn a_packet_is_dated_by_the_jumps_before_and_after_it() {
        let jump = |machine, from, to| Jump { machine, from: at(from), to: at(to) };
        let jumps = Jumps { wanted: true, jumps: [jump(100, 0, 0), jump(200, 50, 1000), jump(300, 1080, 5000)].into() };
        assert_eq!(jumps.moment(130, at(5001), false), at(30));
        assert_eq!(jumps.moment(190, at(5001), false), at(50), "the clock had not gone further when it jumped");
        assert_eq!(jumps.moment(210, at(5001), false), at(1010));
        assert_eq!(jumps.moment(210, at(5001), true), at(1000));
        assert_eq!(jumps.moment(900, at(5001), false), at(5001), "never later than now");
    }

    #[test]
    fn only_times_are_changed_in_control_data() {
        let message = |level: i32, kind: i32, words: [u64; 2]| {
            let mut bytes = 32_u64.to_ne_bytes().to_vec();
            bytes.extend([level, kind].into_iter().flat_map(i32::to_ne_bytes));
            bytes.extend(words.into_iter().flat_map(u64::to_ne_bytes));
            bytes
        };
        let all = |first, second| [message(0, 8, [1, 2]), message(1, 29, first), message(1, 35, second)].concat();
        let mut control = all([7, 5], [7, 5]);
        assert!(in_control(&mut control, |time| time + 3_000_001_000));
        assert_eq!(control, all([10, 6], [10, 1005]));
        let mut cut = all([7, 5], [7, 5])[..40].to_vec();
        assert!(!in_control(&mut cut, |_| 0), "one that was cut off is left alone");
    }
}
