//! Whom a call may have woken, by what is known when it returns.

use super::sync;
use crate::tracer::procfs::Blocked;
use crate::tracer::regs::{Native, Registers, calls, int};
use crate::tracer::task::{Pending, Seen};

/// Whom a call may have woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum Woken {
    Nobody,
    /// So many of those who wait on the word at this address.
    At {
        word: u64,
        count: u64,
    },
    /// Those who wait for a thread's end: the kernel wakes them on a word that it was told of, as if it was in memory that processes share
    /// (`set_tid_address(2)`).
    Joiners,
    Anybody,
}

/// For a call that has returned.
pub(super) fn woken_by(registers: &Native, pending: Option<&Pending>) -> Woken {
    match pending {
        // What reads the program's own output is no part of the run.
        Some(Pending::Seen(Seen::Write { .. })) => return Woken::Nobody,
        Some(Pending::Seen(_)) => return Woken::Anybody,
        Some(Pending::Wait(_)) | None => {}
    }
    match registers.number() {
        calls::FUTEX => futex(registers),
        number if calls::WAKES_NOBODY.contains(&number) => Woken::Nobody,
        _ => Woken::Anybody,
    }
}

fn futex(registers: &Native) -> Woken {
    let operation = int(registers.argument(1));
    let is_private = operation & libc::FUTEX_PRIVATE_FLAG != 0;
    match operation & sync::COMMAND {
        libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => Woken::Nobody,
        libc::FUTEX_WAKE | libc::FUTEX_WAKE_BITSET => match u64::try_from(registers.result()) {
            Ok(0) | Err(_) => Woken::Nobody,
            // Another process may know the word by another address.
            Ok(count) if is_private => Woken::At { word: registers.argument(0), count },
            Ok(_) => Woken::Anybody,
        },
        _ => Woken::Anybody,
    }
}

/// Whether a thread that is blocked in this call has woken nobody by it: only what has done a part of its work might have.
pub(in crate::tracer) fn blocks_first(number: i64) -> bool {
    number == calls::FUTEX || calls::WAKES_NOBODY.contains(&number)
}

/// A word of memory that a thread waits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) struct Word {
    pub(in crate::tracer) address: u64,
    /// Whether only calls of threads with the same memory can wake it.
    pub(in crate::tracer) private: bool,
}

impl Word {
    /// Of a thread that is blocked in this call.
    pub(in crate::tracer) fn of(blocked: Blocked) -> Option<Self> {
        let Blocked { number, arguments: [address, operation] } = blocked;
        let waits = [calls::FUTEX, calls::FUTEX_WAIT].contains(&number);
        let operation = int(operation);
        // The kernel itself hands a mutex with priority inheritance on when its owner ends.
        let by_others = matches!(operation & sync::COMMAND, libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET);
        let private = number == calls::FUTEX && by_others && operation & libc::FUTEX_PRIVATE_FLAG != 0;
        waits.then_some(Self { address, private })
    }
}
