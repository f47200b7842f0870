//! What is done at each system call that stops: one file a family.
//!
//! A family's functions get the world, the caller and the registers, and say what comes [`Then`]. They change registers only
//! to turn a timed wait into one without time-out. Of a pointer that we cannot read we say EFAULT ourselves, and EINVAL of a time
//! that is none: the kernel would look once more, at memory that another thread may have changed by then, or that is closed to us and
//! not to it (what can be written or executed and not read).

mod affinity;
mod attributes;
mod clock;
mod file_times;
mod ipc;
mod kill;
mod meant;
mod message;
mod ordering;
mod output;
mod packet_times;
mod peer;
mod poll;
mod proc_files;
mod select;
mod set_clock;
mod shared_memory;
mod signal_files;
mod signal_timers;
mod sleep;
mod socket;
mod socket_timeouts;
mod sync;
mod timer_files;
mod treatment;
mod wait;
mod waking;

use std::collections::HashMap;
use std::io;
use std::sync::OnceLock;

pub(super) use meant::Meant;
pub(super) use packet_times::Jumps;
pub(super) use proc_files::{Uptime, filter_for as openings_for};
pub(super) use shared_memory::traced as traced_for_shared_memory;
pub(super) use socket_timeouts::SocketTimeouts;
pub(super) use treatment::{ALWAYS, Call, Condition, Test, Treatment, When, at_least, given, is, is_not, masked};
pub(super) use waking::{Woken, Word, blocks_first};

use super::regs::{CALLS, Native, Registers, calls, int, negative};
use super::task::{Pending, Seen, Slot, WaitKind};
use super::tracee::Resume;
use super::world::{Caller, World};
use crate::clock::{VirtualDuration, VirtualInstant};

/// What comes after a look at a call.
pub(super) enum Then {
    /// The kernel does it as it is.
    Go,
    /// We have done it: this is its result.
    Answer(i64),
    /// The kernel does it as the registers now say, without its time-out; we keep the time.
    Wait {
        kind: WaitKind,
        until: VirtualInstant,
        /// How long it asked for.
        span: VirtualDuration,
    },
    /// The kernel does it, and we look at what it returned.
    See(Seen),
    /// The kernel does what the registers now say instead.
    Replace(Seen),
    /// It stays where it is, before the call, for now.
    Hold,
}

/// A call answered with an error.
const fn error(errno: i32) -> Then {
    Then::Answer(negative(errno))
}

fn known(number: i64) -> Option<(Call, When)> {
    static KNOWN: OnceLock<HashMap<i64, (Call, When)>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let call = |treatment: &Treatment| match treatment {
            Treatment::Observed(call, when) | Treatment::Virtualised(call, when) => Some((*call, *when)),
            Treatment::Ignored | Treatment::Refused(..) => None,
        };
        CALLS.iter().filter_map(|(number, _, treatment)| Some((*number, call(treatment)?))).collect()
    });
    known.get(&number).copied()
}

/// The name of a system call.
pub(super) fn name(number: i64) -> &'static str {
    CALLS
        .binary_search_by_key(&number, |(number, _, _)| *number)
        .map_or("a system call without a name", |place| CALLS[place].1)
}

/// A thread is about to make a call that the filter marks.
pub(super) fn enter(world: &mut World<'_>, tid: i32) -> io::Result<()> {
    if world.is_held_here(tid) {
        return Ok(());
    }
    let task = &world.tasks[&tid];
    let Slot::Stopped(stopped) = &task.slot else { return Ok(()) };
    let mut registers = stopped.registers()?;
    let original = registers;
    let caller = Caller { tid, pid: task.pid };
    let resumed = world.take_up_interrupted(tid, &original);
    world.count_call(tid, known(registers.number()).map(|(call, _)| call));
    let then = match decide(world, caller, &mut registers) {
        Err(cause) if cause.raw_os_error() == Some(libc::EFAULT) => error(libc::EFAULT),
        other => other?,
    };
    let then = match then {
        Then::Wait { span, .. } if resumed.is_none() && proc_files::is_long(span) => {
            let mut instead = original;
            match proc_files::begin_to_see(world, caller, &mut instead) {
                Ok(Some(injected)) => {
                    registers = instead;
                    injected
                }
                _ => then,
            }
        }
        then => then,
    };
    match then {
        Then::Go => world.release(tid, ordering::going_on(world)),
        Then::Hold => {}
        Then::Answer(result) => {
            registers = original;
            registers.answer(result);
            put(world, tid, &registers)?;
            world.release(tid, Resume::Go(0));
        }
        Then::Wait { kind, until, span } => {
            put(world, tid, &registers)?;
            world.begin_wait(caller, kind, original, until, span, resumed);
            world.release(tid, Resume::UntilReturn);
        }
        Then::Replace(seen) => {
            put(world, tid, &registers)?;
            if let Some(task) = world.tasks.get_mut(&tid) {
                task.pending = Some(Pending::Seen(seen));
            }
            world.release(tid, Resume::UntilReturn);
        }
        Then::See(seen) => {
            if let Some(task) = world.tasks.get_mut(&tid) {
                task.pending = Some(Pending::Seen(seen));
            }
            world.release(tid, Resume::UntilReturn);
        }
    }
    Ok(())
}

fn decide(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    // In a sandbox only filters of ours are put on, and those are no calls that stop.
    if world.options.sandbox.is_some() && registers.number() == calls::SECCOMP {
        return Ok(error(libc::EPERM));
    }
    let under_schedule = world.turns.is_some();
    if under_schedule && let Some(then) = ordering::before(world, caller, registers)? {
        return Ok(then);
    }
    if peer::concerns(world, caller)
        && let Some(then) = instead_of_the_program(world, caller, registers)?
    {
        return Ok(then);
    }
    if let Some(then) = shared_memory::turn(world, caller, registers)? {
        return Ok(then);
    }
    let large =
        world.options.sandbox.is_some() && calls::LARGE_MAPS.iter().any(|(call, _)| *call == registers.number());
    if large || registers.number() == calls::MMAP {
        return Ok(Then::See(Seen::Mapped));
    }
    if let Some(then) = signal_files::may_read(world, caller, registers) {
        return Ok(then);
    }
    if let Some(then) = timer_files::may_close(world, caller, registers) {
        return Ok(then);
    }
    if let Some(then) = proc_files::may_open(world, caller, registers)? {
        return Ok(then);
    }
    match known(registers.number()) {
        // A filter that was added later may bring calls that do not concern time.
        Some((call, when)) if ordering::concerns_time(when, registers) => {
            match dispatch(world, caller, call, registers)? {
                Then::Go => Ok(on_a_socket(world, caller, registers)),
                then => Ok(then),
            }
        }
        _ => Ok(on_a_socket(world, caller, registers)),
    }
}

/// What we do for a program that may not do it itself. What cannot be read now is an error here and now: by the time that the
/// kernel looked, another thread could have put it there.
fn instead_of_the_program(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    let then = match peer::turn(world, caller, registers) {
        Ok(None) => attributes::turn(world, caller, registers),
        other => other,
    };
    match then {
        Err(cause) if cause.raw_os_error() == Some(libc::EFAULT) => Ok(Some(error(libc::EFAULT))),
        other => other,
    }
}

/// A call that the kernel may do as it is, unless it is on a socket with a time-out or with times of packets.
fn on_a_socket(world: &mut World<'_>, caller: Caller, registers: &Native) -> Then {
    match socket_timeouts::may_block(world, caller, registers) {
        Then::Go => packet_times::may_read(world, caller, registers),
        then => then,
    }
}

/// A call of a thread returned that we wanted to see return.
pub(super) fn leave(world: &mut World<'_>, tid: i32) -> io::Result<()> {
    let Some(task) = world.tasks.get_mut(&tid) else { return Ok(()) };
    let pending = task.pending.take();
    let Slot::Stopped(stopped) = &task.slot else { return Ok(()) };
    let caller = Caller { tid, pid: task.pid };
    let mut registers = stopped.registers()?;
    if let Some(turns) = &mut world.turns {
        turns.sleepers.doubt(waking::woken_by(&registers, pending.as_ref()));
    }
    match pending {
        Some(Pending::Wait(wait)) => {
            world.finish_wait(caller, &wait, &mut registers);
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(Seen::Write { stream, parts })) => {
            output::written(world, caller, stream, &parts, registers.result());
        }
        Some(Pending::Seen(Seen::TimerCreate { timer, id_at })) => {
            signal_timers::created(world, caller, timer, id_at, registers.result());
        }
        Some(Pending::Seen(Seen::Times)) => {
            registers.set_result(clock::times_result(world));
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(Seen::Parent)) => {
            if let Some(told) = world.parent_told(caller.pid, registers.result()) {
                registers.set_result(told);
                put(world, tid, &registers)?;
            }
        }
        Some(Pending::Seen(Seen::Sysinfo { at })) if registers.result() == 0 => {
            if_still_there(clock::uptime(world, caller, at))?;
        }
        Some(Pending::Seen(Seen::Door(number))) => socket::opened(world, caller, number, registers.result()),
        Some(Pending::Seen(Seen::SignalFile { at })) if registers.result() > 0 => {
            if_still_there(signal_files::read(world, caller, at, registers.result()))?;
        }
        Some(Pending::Seen(Seen::Adjtimex { at })) if registers.result() >= 0 => {
            if_still_there(clock::adjusted(world, caller, at))?;
        }
        Some(Pending::Seen(Seen::Mapped)) => {
            world.shared_words.forget(caller.pid);
            world.mapped(registers.result());
        }
        Some(Pending::Seen(Seen::FileWrite(_))) if registers.result() < 0 => {
            world.call_on_file_failed(registers.result(), false);
        }
        Some(Pending::Seen(Seen::FileOpened)) if registers.result() < 0 => {
            world.call_on_file_failed(registers.result(), true);
        }
        Some(Pending::Seen(Seen::FileWrite(number))) if registers.result() >= 0 => world.file_written(tid, number),
        Some(Pending::Seen(Seen::FileOpened)) if registers.result() >= 0 => {
            world.file_opened(tid, int(registers.result().cast_unsigned()));
        }
        Some(Pending::Seen(Seen::Names(paths))) if registers.result() >= 0 => world.names_changed(&paths),
        Some(Pending::Seen(Seen::Closed(place))) if registers.result() == 0 => world.timer_file_closed(place),
        Some(Pending::Seen(Seen::Watch(path))) if registers.result() >= 0 => world.watches(&path),
        Some(Pending::Seen(Seen::FileTimes(original) | Seen::Instead(original))) => {
            file_times::put_back(&original, &mut registers);
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(Seen::NotPermitted(original))) => {
            file_times::put_back(&original, &mut registers);
            if registers.result() >= 0 {
                registers.set_result(negative(libc::EPERM));
            }
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(Seen::TellsTime(original, text))) => {
            proc_files::opened(caller, registers.result(), &text);
            file_times::put_back(&original, &mut registers);
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(Seen::Peer)) => socket::met(world, registers.result()),
        Some(Pending::Seen(Seen::Injected(injected))) => {
            if_still_there(injected.put_back(world, caller, &mut registers))?;
            put(world, tid, &registers)?;
        }
        Some(Pending::Seen(
            Seen::Sysinfo { .. }
            | Seen::Adjtimex { .. }
            | Seen::SignalFile { .. }
            | Seen::FileWrite(_)
            | Seen::FileOpened
            | Seen::Names(_)
            | Seen::Watch(_)
            | Seen::Closed(_)
            | Seen::Packets
            | Seen::Sigwait,
        ))
        | None => {}
    }
    if registers.result() > 0 && known(registers.number()).is_some_and(|(call, _)| call == Call::Sigtimedwait) {
        signal_timers::fetched(world, caller, &registers);
    }
    if_still_there(packet_times::mend(world, caller, &registers))?;
    world.release(tid, Resume::Go(0));
    Ok(())
}

/// What was to be told in memory that another thread has taken away since the kernel wrote there is told to nobody.
fn if_still_there(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if error.raw_os_error() == Some(libc::EFAULT) { Ok(()) } else { Err(error) })
}

fn put(world: &World<'_>, tid: i32, registers: &Native) -> io::Result<()> {
    match world.tasks.get(&tid).map(|task| &task.slot) {
        Some(Slot::Stopped(stopped)) => stopped.set_registers(registers),
        _ => Ok(()),
    }
}

fn dispatch(world: &mut World<'_>, caller: Caller, call: Call, registers: &mut Native) -> io::Result<Then> {
    match call {
        Call::ClockGettime => clock::clock_gettime(world, caller, registers),
        Call::Gettimeofday => clock::gettimeofday(world, caller, registers),
        Call::Time => clock::time(world, caller, registers),
        Call::Times => Ok(clock::times()),
        Call::Sysinfo => Ok(clock::sysinfo(registers)),
        Call::ClockSettime => set_clock::clock_settime(world, caller, registers),
        Call::Settimeofday => set_clock::settimeofday(world, caller, registers),
        Call::Adjtimex => clock::adjtimex(caller, registers),
        Call::FileTimes => file_times::set(world, caller, registers),
        Call::Opened => Ok(file_times::opened()),
        Call::Getppid => Ok(Then::See(Seen::Parent)),
        Call::Names => file_times::names(caller, registers),
        Call::Unmount => file_times::unmount(world, caller, registers),
        Call::Watch => file_times::watch(caller, registers),
        Call::Resized => Ok(file_times::resized(world, caller, registers)),
        Call::Nanosleep => sleep::nanosleep(world, caller, registers),
        Call::ClockNanosleep => sleep::clock_nanosleep(world, caller, registers),
        Call::Futex => sync::futex(world, caller, registers),
        Call::FutexWaitv => sync::futex_waitv(world, caller, registers),
        Call::FutexWait => sync::futex_wait(world, caller, registers),
        Call::Poll => Ok(poll::poll(world, registers)),
        Call::Ppoll => poll::ppoll(world, caller, registers),
        Call::EpollWait => Ok(poll::epoll_wait(world, registers)),
        Call::EpollPwait2 => poll::epoll_pwait2(world, caller, registers),
        Call::Select => select::select(world, caller, registers),
        Call::Pselect => select::pselect6(world, caller, registers),
        Call::Sigtimedwait => ipc::rt_sigtimedwait(world, caller, registers),
        Call::Signalfd => signal_files::make(world, caller, registers),
        Call::Semtimedop => ipc::semtimedop(world, caller, registers),
        Call::MqTimedsend | Call::MqTimedreceive => ipc::mq_timed(world, caller, registers),
        Call::Recvmmsg => Ok(socket::recvmmsg(world)),
        Call::IoGetevents => Ok(ipc::io_getevents(world)),
        Call::Setitimer => signal_timers::setitimer(world, caller, registers),
        Call::Getitimer => signal_timers::getitimer(world, caller, registers),
        Call::Alarm => Ok(signal_timers::alarm(world, caller, registers)),
        Call::TimerCreate => signal_timers::timer_create(world, caller, registers),
        Call::TimerSettime => signal_timers::timer_settime(world, caller, registers),
        Call::TimerGettime => signal_timers::timer_gettime(world, caller, registers),
        Call::TimerGetoverrun => Ok(signal_timers::timer_getoverrun(world, caller, registers)),
        Call::TimerDelete => Ok(signal_timers::timer_delete(world, caller, registers)),
        Call::TimerfdSettime => timer_files::timerfd_settime(world, caller, registers),
        Call::TimerfdGettime => timer_files::timerfd_gettime(world, caller, registers),
        Call::Setsockopt if packet_times::is_asked_for(int(registers.argument(2))) => {
            packet_times::setsockopt(world, caller, registers)
        }
        Call::Setsockopt => socket_timeouts::setsockopt(world, caller, registers),
        Call::Getsockopt => socket_timeouts::getsockopt(world, caller, registers),
        Call::Socket => Ok(socket::socket(world)),
        Call::Connect => socket::connect(world, caller, registers),
        Call::Bind | Call::Listen => Ok(socket::door(world, registers)),
        Call::Sendto => socket::sendto(world, caller, registers),
        Call::Write => output::write(world, caller, registers),
        Call::Writev => output::writev(world, caller, registers),
        Call::Pwrite => output::pwrite(world, caller, registers),
        Call::Pwritev => output::pwritev(world, caller, registers),
        Call::Transfer => Ok(output::transfer(world, caller, registers)),
        Call::Terminal => {
            world.terminals = true;
            Ok(Then::Go)
        }
        Call::Kill => Ok(kill::kill(world, caller, registers)),
        Call::SchedGetaffinity => affinity::get(world, caller, registers),
        Call::SchedSetaffinity => affinity::set(world, caller, registers),
    }
}
