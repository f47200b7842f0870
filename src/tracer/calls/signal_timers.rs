//! `setitimer`, `alarm` and POSIX timers.

use std::io;

use super::{Then, error};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::sys::signal::{self, SI_KERNEL, SI_TIMER, SI_USER, SignalInfo};
use crate::tracer::memory;
use crate::tracer::procfs;
use crate::tracer::regs::{Native, Registers, int};
use crate::tracer::task::Seen;
use crate::tracer::time::{is_calendar, is_monotonic};
use crate::tracer::timers::{Armed, NewTimer, Notify, PosixTimer};
use crate::tracer::world::{Caller, Due, World};

const TIMER_ABSTIME: i32 = 1;
const SIGEV_SIGNAL: i32 = 0;
const SIGEV_NONE: i32 = 1;
/// To the kernel the same as `SIGEV_SIGNAL`; the C library makes threads of it.
const SIGEV_THREAD: i32 = 2;
const SIGEV_THREAD_ID: i32 = 4;
/// The kernel's `_NSIG`.
const MOST_SIGNALS: i32 = 64;

impl World<'_> {
    fn armed(&mut self, due: Due) -> Option<&mut Armed> {
        match due {
            Due::IntervalTimer(pid) => Some(&mut self.processes.get_mut(&pid)?.timers.interval),
            Due::PosixTimer(pid, id) => Some(&mut self.processes.get_mut(&pid)?.timers.posix.get_mut(&id)?.armed),
            _ => None,
        }
    }

    /// Sets a timer anew, or stops it.
    fn arm(&mut self, due: Due, next: Option<VirtualInstant>, period: VirtualDuration) {
        if let Some(key) = self.armed(due).and_then(|armed| armed.next.take()) {
            self.deadlines.cancel(key);
        }
        let key = next.map(|at| self.deadlines.set(at, due));
        if let Some(armed) = self.armed(due) {
            *armed = Armed { next: key, period };
        }
    }

    /// A timer that was due at `at` sets itself for its next period; how many periods passed besides the first. After a
    /// jump over several periods the next one lies after now, as the kernel reckons.
    fn next_period(&mut self, due: Due, at: VirtualInstant) -> u64 {
        let now = self.time.now();
        let Some(armed) = self.armed(due) else { return 0 };
        armed.next = None;
        let period = armed.period;
        if period == VirtualDuration::ZERO {
            return 0;
        }
        let missed = now.since(at).as_nanos() / period.as_nanos();
        let next = at.saturating_add(VirtualDuration::from_nanos((missed + 1).saturating_mul(period.as_nanos())));
        let key = self.deadlines.set(next, due);
        if let Some(armed) = self.armed(due) {
            armed.next = Some(key);
        }
        missed
    }

    /// The interval timer of a process expired.
    pub(in crate::tracer) fn interval_timer_expired(&mut self, pid: i32, at: VirtualInstant) {
        self.next_period(Due::IntervalTimer(pid), at);
        if let Some(process) = self.processes.get_mut(&pid) {
            process.timers.alarms_sent += 1;
            // ESRCH: it is dying.
            let _ = signal::send(pid, libc::SIGALRM);
        }
    }

    /// A POSIX timer expired. While its last signal has not been taken, expirations are only counted.
    pub(in crate::tracer) fn posix_timer_expired(&mut self, pid: i32, id: i32, at: VirtualInstant) {
        let missed = i32::try_from(self.next_period(Due::PosixTimer(pid, id), at)).unwrap_or(i32::MAX);
        let Some(timer) = self.processes.get_mut(&pid).and_then(|process| process.timers.posix.get_mut(&id)) else {
            return;
        };
        let notify = timer.new.notify;
        let (thread, number, value) = match notify {
            Notify::Nobody => return,
            Notify::Process { signal, value } => (None, signal, value),
            Notify::Thread { tid, signal, value } => (Some(tid), signal, value),
        };
        if timer.sent {
            if is_waiting(pid, notify) {
                timer.overrun = timer.overrun.saturating_add(missed).saturating_add(1);
                return;
            }
            timer.taken();
        }
        timer.sent = true;
        timer.overrun = missed;
        let info = SignalInfo::timer(number, id, missed, value);
        // ESRCH and EAGAIN: it is dying, or has too many signals waiting; the kernel would drop it, too.
        let _ = match thread {
            Some(tid) => signal::queue_thread(pid, tid, number, &info),
            None => signal::queue(pid, number, &info),
        };
    }

    /// A signal of ours is about to be delivered: it becomes what the kernel would have sent.
    pub(in crate::tracer) fn mend_signal(&mut self, tid: i32, number: i32) -> io::Result<()> {
        let Some(pid) = self.tasks.get(&tid).map(|task| task.pid) else { return Ok(()) };
        let Some(process) = self.processes.get_mut(&pid) else { return Ok(()) };
        if number == libc::SIGALRM && process.timers.alarms_sent > 0 {
            process.timers.alarms_sent -= 1;
            let mut info = crate::sys::ptrace::signal_info(tid)?;
            if info.code() == 0 {
                info.set_from_kernel();
                crate::sys::ptrace::set_signal_info(tid, &info)?;
            }
        } else if !process.timers.posix.is_empty() {
            let mut info = crate::sys::ptrace::signal_info(tid)?;
            if info.code() == SI_TIMER
                && let Some(timer) = process.timers.posix.get_mut(&info.sender())
            {
                timer.taken();
                info.set_overrun(timer.overrun_told);
                crate::sys::ptrace::set_signal_info(tid, &info)?;
            }
        }
        Ok(())
    }
}

/// The four words of an `itimerval` or `itimerspec`: period, then time to the next.
fn words(period: VirtualDuration, left: VirtualDuration, words: fn(u64) -> [i64; 2]) -> [i64; 4] {
    let ([a, b], [c, d]) = (words(period.as_nanos()), words(left.as_nanos()));
    [a, b, c, d]
}

pub(super) fn setitimer(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let new = registers.argument(1);
    let (period, first) = if new == 0 {
        (VirtualDuration::ZERO, VirtualDuration::ZERO)
    } else {
        let [a, b, c, d] = memory::read_words(caller.tid, new)?;
        let valid = |micros: i64| (0..1_000_000).contains(&micros);
        match (memory::timeval(a, b), memory::timeval(c, d)) {
            (Some(period), Some(first)) if valid(b) && valid(d) => (period, first),
            _ => return Ok(error(libc::EINVAL)),
        }
    };
    let now = world.time.read();
    let due = Due::IntervalTimer(caller.pid);
    if registers.argument(2) != 0
        && let Some(armed) = world.armed(due)
    {
        let old = words(armed.period, armed.left(now), memory::timeval_words);
        memory::write_words(caller.tid, registers.argument(2), &old)?;
    }
    let next = (first > VirtualDuration::ZERO).then(|| now.saturating_add(first));
    world.arm(due, next, period);
    Ok(Then::Answer(0))
}

pub(super) fn getitimer(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let now = world.time.read();
    let Some(armed) = world.armed(Due::IntervalTimer(caller.pid)) else { return Ok(Then::Go) };
    let value = words(armed.period, armed.left(now), memory::timeval_words);
    memory::write_words(caller.tid, registers.argument(1), &value)?;
    Ok(Then::Answer(0))
}

/// Whole seconds; what was left of the last alarm is rounded, and never to zero.
pub(super) fn alarm(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    let seconds = u64::from(int(registers.argument(0)).cast_unsigned());
    let now = world.time.read();
    let due = Due::IntervalTimer(caller.pid);
    let left = world.armed(due).map_or(0, |armed| armed.left(now).as_nanos());
    let next = (seconds > 0).then(|| now.saturating_add(VirtualDuration::from_secs(seconds)));
    world.arm(due, next, VirtualDuration::ZERO);
    let rounded = (left + 500_000_000) / 1_000_000_000;
    Then::Answer(if left > 0 { rounded.max(1).cast_signed() } else { 0 })
}

/// The kernel makes the timer, and so its id; it is never armed there.
pub(super) fn timer_create(world: &World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let clock = int(registers.argument(0));
    let notify = if registers.argument(1) == 0 || is_of_cpu(clock) {
        None
    } else {
        let mut bytes = [0; 24];
        memory::read(caller.tid, registers.argument(1), &mut bytes)?;
        let number = |at: usize| i32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let (value, signal) = ([number(0), number(4)], number(8));
        // Another thread may make a signal of it before the kernel looks, and we would send what is none.
        if number(12) != SIGEV_NONE && !(1..=MOST_SIGNALS).contains(&signal) {
            return Ok(error(libc::EINVAL));
        }
        match number(12) {
            SIGEV_SIGNAL | SIGEV_THREAD => Some(Notify::Process { signal, value }),
            SIGEV_NONE => Some(Notify::Nobody),
            SIGEV_THREAD_ID => match world.called(number(16)) {
                Some(tid) => Some(Notify::Thread { tid, signal, value }),
                None => return Ok(error(libc::EINVAL)),
            },
            _ => return Ok(error(libc::EINVAL)),
        }
    };
    // Without a description it is SIGALRM with the timer's id as its value, known when it has been made.
    let notify = notify.unwrap_or(Notify::Process { signal: libc::SIGALRM, value: [-1, 0] });
    Ok(Then::See(Seen::TimerCreate { timer: NewTimer { clock, notify }, id_at: registers.argument(2) }))
}

/// `timer_create` returned.
pub(super) fn created(world: &mut World<'_>, caller: Caller, mut timer: NewTimer, id_at: u64, result: i64) {
    let mut id = [0; 4];
    if result != 0 || memory::read(caller.tid, id_at, &mut id).is_err() {
        return;
    }
    let id = i32::from_ne_bytes(id);
    if timer.notify == (Notify::Process { signal: libc::SIGALRM, value: [-1, 0] }) {
        timer.notify = Notify::Process { signal: libc::SIGALRM, value: [id, 0] };
    }
    let Some(process) = world.processes.get_mut(&caller.pid) else { return };
    if is_of_cpu(timer.clock) {
        process.timers.of_cpu.insert(id);
    } else {
        process.timers.posix.insert(id, PosixTimer::new(timer));
    }
}

/// Whether a clock counts CPU time: its timers are the kernel's.
const fn is_of_cpu(clock: i32) -> bool {
    !is_calendar(clock) && !is_monotonic(clock)
}

fn posix<'w>(world: &'w mut World<'_>, caller: Caller, id: i32) -> Option<&'w mut PosixTimer> {
    world.processes.get_mut(&caller.pid)?.timers.posix.get_mut(&id)
}

pub(super) fn timer_settime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let id = int(registers.argument(0));
    let Some(clock) = posix(world, caller, id).map(|timer| timer.new.clock) else {
        // Where we could not read which number the kernel gave it, nobody may: it would run by the machine's time.
        let is_of_cpu = world.processes.get(&caller.pid).is_some_and(|process| process.timers.of_cpu.contains(&id));
        return Ok(if is_of_cpu { Then::Go } else { error(libc::EINVAL) });
    };
    let [a, b, c, d] = memory::read_words(caller.tid, registers.argument(2))?;
    let (Some(period), Some(first)) = (memory::span(a, b), memory::span(c, d)) else {
        return Ok(error(libc::EINVAL));
    };
    let now = world.time.read();
    let due = Due::PosixTimer(caller.pid, id);
    if registers.argument(3) != 0
        && let Some(armed) = world.armed(due)
    {
        let old = words(armed.period, armed.left(now), memory::timespec_words);
        memory::write_words(caller.tid, registers.argument(3), &old)?;
    }
    let next = if first == VirtualDuration::ZERO {
        None
    } else if int(registers.argument(1)) & TIMER_ABSTIME != 0 {
        world.time.moment(clock, first)
    } else {
        Some(now.saturating_add(first))
    };
    if let Some(timer) = posix(world, caller, id) {
        timer.overrun = 0;
        timer.overrun_told = 0;
    }
    world.arm(due, next, period);
    Ok(Then::Answer(0))
}

pub(super) fn timer_gettime(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let now = world.time.read();
    let Some(armed) = world.armed(Due::PosixTimer(caller.pid, int(registers.argument(0)))) else {
        return Ok(Then::Go);
    };
    let value = words(armed.period, armed.left(now), memory::timespec_words);
    memory::write_words(caller.tid, registers.argument(1), &value)?;
    Ok(Then::Answer(0))
}

pub(super) fn timer_getoverrun(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    let Some(timer) = posix(world, caller, int(registers.argument(0))) else { return Then::Go };
    // A signal that a thread fetched by itself (`sigwait`) passes us by.
    if timer.sent && !is_waiting(caller.pid, timer.new.notify) {
        timer.taken();
    }
    Then::Answer(i64::from(timer.overrun_told))
}

/// A thread fetched a signal by itself (`sigwait` and its kind): of a timer's, it is told the expirations up to now.
pub(super) fn fetched(world: &mut World<'_>, caller: Caller, registers: &Native) {
    let info_at = registers.argument(1);
    let signal = i32::try_from(registers.result()).unwrap_or(0);
    if info_at == 0 {
        // It did not ask who sent it.
        let _ = taken(world, caller, signal, SI_USER, 0);
        return;
    }
    // si_code, then (past a hole) the timer's id and its overrun, or the sender and its user.
    let mut bytes = [0; 24];
    if memory::read(caller.tid, info_at, &mut bytes).is_err() {
        return;
    }
    let int_at = |at: usize| i32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    // It was writable a moment ago.
    let _ = match taken(world, caller, signal, int_at(8), int_at(16)) {
        Some(Taken::Timer { overrun }) => memory::write(caller.tid, info_at + 20, &overrun.to_ne_bytes()),
        Some(Taken::Alarm { code }) => memory::write(caller.tid, info_at + 8, &code.to_ne_bytes())
            .and_then(|()| memory::write(caller.tid, info_at + 16, &[0; 8])),
        None => Ok(()),
    };
}

/// What a signal of a timer is to look like to who fetched it.
pub(super) enum Taken {
    /// It is the interval timer's, of which the kernel says this code and nobody as the sender.
    Alarm { code: i32 },
    /// A POSIX timer's, which expired so many times more.
    Timer { overrun: i32 },
}

/// A program fetched a signal without its being delivered: which of ours it is, by its code and by the timer that it names.
pub(super) fn taken(world: &mut World<'_>, caller: Caller, signal: i32, code: i32, timer: i32) -> Option<Taken> {
    let timers = &mut world.processes.get_mut(&caller.pid)?.timers;
    if signal == libc::SIGALRM && code == SI_USER && timers.alarms_sent > 0 {
        timers.alarms_sent -= 1;
        return Some(Taken::Alarm { code: SI_KERNEL });
    }
    let timer = timers.posix.get_mut(&timer).filter(|_| code == SI_TIMER)?;
    timer.taken();
    Some(Taken::Timer { overrun: timer.overrun_told })
}

/// Whether the signal of a timer has not been taken yet.
fn is_waiting(pid: i32, notify: Notify) -> bool {
    let (waiting, signal) = match notify {
        Notify::Nobody => return false,
        Notify::Process { signal, .. } => (procfs::hexadecimal(pid, "ShdPnd:"), signal),
        Notify::Thread { tid, signal, .. } => (procfs::hexadecimal(tid, "SigPnd:"), signal),
    };
    waiting & (1_u64 << (signal - 1)) != 0
}

/// The kernel deletes its own, too.
pub(super) fn timer_delete(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    let id = int(registers.argument(0));
    world.arm(Due::PosixTimer(caller.pid, id), None, VirtualDuration::ZERO);
    if let Some(process) = world.processes.get_mut(&caller.pid) {
        process.timers.posix.remove(&id);
        process.timers.of_cpu.remove(&id);
    }
    Then::Go
}
