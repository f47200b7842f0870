//! What the memory of a stuck program says of who holds what.

use std::collections::BTreeMap;

use super::history::Taker;
use super::watch::Locks;
use super::{Kind, Standing, Word};
use crate::trace::{StuckThread, Taken};
use crate::tracer::calls;
use crate::tracer::memory;
use crate::tracer::regs::int;
use crate::tracer::stuck::waits_on;
use crate::tracer::task::Task;
use crate::tracer::world::World;

const FUTEX_WAIT: i32 = 0;
const FUTEX_LOCK_PI: i32 = 6;
const FUTEX_WAIT_BITSET: i32 = 9;
const FUTEX_LOCK_PI2: i32 = 13;
const PRIVATE: i32 = 128;
const COMMAND: i32 = 0x7f;

/// Of a word that holds a thread's id: the id, and that somebody waits.
const OWNER: u32 = 0x3fff_ffff;
const OWNER_DIED: u32 = 0x4000_0000;
const WAITED_FOR: u32 = 0x8000_0000;

/// The kinds of mutexes in glibc: normal, recursive, error-checking, adaptive; robust; shared between processes.
const PLAIN_KINDS: u32 = 3;
const RECURSIVE: u32 = 1;
const ROBUST: u32 = 16;
const SHARED: u32 = 128;

/// `syscall(2)` of glibc ends so; what waits in a lock of glibc's own does not come through it.
const GENERIC_CALL: [u8; 7] = [0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05];

/// How far from its beginning glibc keeps the id of a thread in what describes it, at most.
const DESCRIPTION: u64 = 0x600;

/// A thread that waits on a futex.
#[derive(Clone, Copy, Debug)]
struct Wait {
    tid: i32,
    process: u32,
    address: u64,
    operation: i32,
    /// What it expects to stand there, and what does.
    expected: u32,
    value: u32,
}

fn word(tid: i32, at: u64) -> Option<u32> {
    let mut bytes = [0; 4];
    memory::read(tid, at, &mut bytes).ok()?;
    Some(u32::from_ne_bytes(bytes))
}

impl World<'_> {
    /// The threads that wait for ever, and what is known of the locks that they wait for. The words of those locks are kept
    /// for another run.
    pub(in crate::tracer) fn stuck_threads(&mut self) -> Vec<StuckThread> {
        let stuck: Vec<&Task> =
            self.tasks.values().filter(|task| !self.is_fixture(task.pid) && task.ended.is_none()).collect();
        let waits: BTreeMap<i32, Wait> =
            stuck.iter().filter_map(|task| Some((task.tid, self.futex_wait(task)?))).collect();
        let mut words: Vec<Word> = waits.values().filter_map(|wait| word_of_lock(wait, &waits)).collect();
        words.sort_by_key(|word| (word.process, word.address));
        words.dedup();
        let mut threads: Vec<StuckThread> = stuck
            .iter()
            .map(|task| {
                let mut thread =
                    StuckThread::new(self.record.name(task.pid), self.record.name(task.tid), waits_on(task));
                if let Some(wait) = waits.get(&task.tid) {
                    self.know_holder(task, wait, &waits, &mut thread);
                }
                thread
            })
            .collect();
        threads.sort_by_key(|thread| (thread.pid, thread.tid));
        let standing = |task: &&Task| Standing { tid: self.record.name(task.tid), place: task.procfs.place() };
        (self.standing, self.words) = (stuck.iter().map(standing).collect(), words);
        threads
    }

    fn futex_wait(&self, task: &Task) -> Option<Wait> {
        let (number, arguments) = task.procfs.blocked_in()?;
        if calls::name(number) != "futex" || task.wait().is_some() {
            return None;
        }
        Some(Wait {
            tid: task.tid,
            process: self.processes.get(&task.pid)?.number,
            address: arguments[0],
            operation: int(arguments[1]),
            expected: int(arguments[2]).cast_unsigned(),
            value: word(task.tid, arguments[0])?,
        })
    }

    fn know_holder(&self, task: &Task, wait: &Wait, waits: &BTreeMap<i32, Wait>, thread: &mut StuckThread) {
        let named = match wait.operation & COMMAND {
            FUTEX_LOCK_PI | FUTEX_LOCK_PI2 => self.thread_called(task.pid, wait.value & OWNER),
            FUTEX_WAIT | FUTEX_WAIT_BITSET => {
                if let Some(other) = self.joined(task, wait) {
                    thread.joins = Some(self.record.name(other));
                    thread.waits_on = format!("thread {} (join)", self.record.name(other));
                    return;
                }
                self.owner_of_mutex(task, wait)
            }
            _ => return,
        };
        let seen = self.locks.holder(wait.process, wait.address, wait.value, &waiters(wait, waits));
        // Where the two do not agree nothing is known.
        if let (Some(named), Some(seen)) = (named, seen)
            && named != seen.tid
        {
            return;
        }
        thread.holder = named.or(seen.map(|taker| taker.tid)).map(|tid| self.record.name(tid));
        thread.taken = seen.map(|taker| self.taken(taker));
    }

    fn taken(&self, taker: Taker) -> Taken {
        Taken { t: Some(taker.t), after: self.record.last_line(taker.tid, taker.mark) }
    }

    /// The thread of a process that the program calls by this id.
    fn thread_called(&self, pid: i32, name: u32) -> Option<i32> {
        let tid = self.called(i32::try_from(name).ok().filter(|name| *name > 0)?)?;
        self.tasks.get(&tid).filter(|task| task.pid == pid && task.ended.is_none()).map(|task| task.tid)
    }

    /// The thread whose end is waited for: the kernel clears the word then, in which its id stands until then. The word is in
    /// glibc's description of that thread, which begins with its own address, and has it again 16 bytes on.
    fn joined(&self, task: &Task, wait: &Wait) -> Option<i32> {
        if wait.operation & PRIVATE != 0 || wait.value != wait.expected {
            return None;
        }
        let other = self.thread_called(task.pid, wait.value)?;
        let length = DESCRIPTION.min(wait.address);
        let start = wait.address - length;
        let bytes = memory::read_some(task.tid, start, usize::try_from(length).ok()?).ok()?;
        let at = |place: u64| {
            let place = usize::try_from(place.checked_sub(start)?).ok()?;
            Some(u64::from_ne_bytes(bytes.get(place..place + 8)?.try_into().ok()?))
        };
        let describes = |place: &u64| at(*place) == Some(*place) && at(place + 16) == Some(*place);
        (start.next_multiple_of(8)..wait.address).step_by(8).find(describes).map(|_| other)
    }

    /// The owner of a mutex of glibc (`struct __pthread_mutex_s`), whose first word is waited on.
    fn owner_of_mutex(&self, task: &Task, wait: &Wait) -> Option<i32> {
        let mut bytes = [0; 40];
        memory::read(task.tid, wait.address, &mut bytes).ok()?;
        let field = |place: usize| u32::from_ne_bytes([0, 1, 2, 3].map(|byte| bytes[place + byte]));
        let (count, owner, users, kind) = (field(4), field(8), field(12), field(16));
        let others = u32::try_from(self.tasks.len()).ok()?;
        let fits = match (wait.expected, kind & ROBUST) {
            (2, 0) => wait.value == 2 && users >= 1 && users <= others && bytes[24..].iter().all(|byte| *byte == 0),
            (_, ROBUST) => wait.value & WAITED_FOR != 0 && wait.value & OWNER_DIED == 0 && wait.value & OWNER == owner,
            _ => false,
        };
        let kind_is_known = kind & !(PLAIN_KINDS | ROBUST | SHARED) == 0;
        let counts = count == 0 || kind & PLAIN_KINDS == RECURSIVE || kind & ROBUST != 0;
        if !fits || !kind_is_known || !counts || came_by_generic_call(task) {
            return None;
        }
        self.thread_called(task.pid, owner)
    }
}

/// Those who wait on the same word.
fn waiters(wait: &Wait, waits: &BTreeMap<i32, Wait>) -> Vec<i32> {
    let same = |other: &&Wait| other.process == wait.process && other.address == wait.address;
    waits.values().filter(same).map(|wait| wait.tid).collect()
}

/// The word of a wait, when it may be that of a lock.
fn word_of_lock(wait: &Wait, waits: &BTreeMap<i32, Wait>) -> Option<Word> {
    if !matches!(wait.operation & COMMAND, FUTEX_WAIT | FUTEX_WAIT_BITSET) {
        return None;
    }
    let kind = Locks::kind(wait.expected, wait.value)?;
    if kind == Kind::Semaphore {
        // A semaphore of glibc counts those who wait for it in its other half.
        let counted = word(wait.tid, wait.address.checked_add(4)?)?;
        if usize::try_from(counted).ok()? != waiters(wait, waits).len() {
            return None;
        }
    }
    Some(Word { process: wait.process, address: wait.address, kind })
}

/// Whether a blocked thread made its call by `syscall(2)`, as locks do that are none of glibc's.
fn came_by_generic_call(task: &Task) -> bool {
    let length = u64::try_from(GENERIC_CALL.len()).unwrap_or_default();
    let code = task.procfs.place().and_then(|(_, at)| {
        let mut code = [0; GENERIC_CALL.len()];
        memory::read(task.tid, at.checked_sub(length)?, &mut code).ok()?;
        Some(code)
    });
    code.is_none_or(|code| code == GENERIC_CALL)
}
