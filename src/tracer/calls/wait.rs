//! Timed waits: how they begin without their time-out, and how they end as if they had had it.

use crate::clock::{VirtualDuration, VirtualInstant};
use crate::trace::EventKind;
use crate::tracer::memory;
use crate::tracer::procfs;
use crate::tracer::regs::{Native, Registers, address, negative};
use crate::tracer::task::{Interrupted, Pending, TimedWait, WaitKind};
use crate::tracer::waits::NOTABLE;
use crate::tracer::world::{Caller, Due, World};

/// The kernel's own codes for "interrupted, make the call again": `ERESTARTSYS`, `ERESTARTNOINTR`, `ERESTARTNOHAND`,
/// `ERESTART_RESTARTBLOCK`. A program never sees them.
const RESTARTS: [i64; 4] = [-512, -513, -514, -516];
/// With a handler: EINTR. Without: the call is made again.
const RESTART_WITHOUT_HANDLER: i64 = -514;
/// The kernel lets a sleep last this much longer (`PR_SET_TIMERSLACK`), and counts it in what an interrupted one has left: a
/// `sleep(5)` that `alarm(2)` ends has three whole seconds left, not two and a bit.
const SLACK: VirtualDuration = VirtualDuration::from_micros(50);
/// A thread that a timer's signal has woken is back from its call within this.
const COMING_BACK: VirtualDuration = VirtualDuration::from_millis(5);

impl World<'_> {
    /// A thread begins a wait that lasts until `until` at most. `resumed`: the same wait, taken up after a signal.
    pub(super) fn begin_wait(
        &mut self,
        caller: Caller,
        kind: WaitKind,
        original: Native,
        until: VirtualInstant,
        span: VirtualDuration,
        resumed: Option<Interrupted>,
    ) {
        let now = self.time.now();
        let (deadline, begun, sleep) = match resumed {
            Some(before) => (before.deadline, before.begun, before.sleep),
            None => (until, now, self.note(caller.pid, caller.tid, EventKind::Sleep { ns: span.as_nanos() })),
        };
        let key = Some(self.deadlines.set(deadline, Due::Wait(caller.tid)));
        if let Some(task) = self.tasks.get_mut(&caller.tid) {
            task.manners.busy_calls = 0;
            task.pending =
                Some(Pending::Wait(Box::new(TimedWait { kind, original, deadline, key, firing: false, begun, sleep })));
        }
    }

    /// The wait that a signal interrupted, when the thread now makes the very same call again.
    pub(super) fn take_up_interrupted(&mut self, tid: i32, registers: &Native) -> Option<Interrupted> {
        let before = self.tasks.get_mut(&tid)?.interrupted.as_ref()?;
        let same = before.number == registers.number()
            && (0..6).all(|index| before.arguments[index] == registers.argument(index));
        if same {
            return self.tasks.get_mut(&tid)?.interrupted.take();
        }
        self.end_sleep_of_interrupted(tid);
        None
    }

    /// A wait returned: the registers become what the program would have seen with the time-out.
    pub(super) fn finish_wait(&mut self, caller: Caller, wait: &TimedWait, registers: &mut Native) {
        if let Some(key) = wait.key {
            self.deadlines.cancel(key);
        }
        for index in 0..6 {
            registers.set_argument(index, wait.original.argument(index));
        }
        registers.set_number(wait.original.number());
        let result = registers.result();
        let restart = RESTARTS.contains(&result);
        let interrupted = restart || result == negative(libc::EINTR);
        if wait.firing && interrupted {
            registers.set_result(time_is_up(caller.tid, wait));
        } else if interrupted {
            let left = wait.deadline.since(self.interrupted_at(caller, wait.begun));
            // Bare, a signal that means nothing ends no sleep, and nothing is written.
            if !matches!(wait.kind, WaitKind::Sleep { .. }) || !only_ignored_signals(caller) {
                write_rest(caller.tid, wait.kind, left);
            }
            let again = match wait.kind {
                // These are never made again behind the program's back, unless the signal means nothing to it. A tracer
                // sees (and is interrupted by) signals that the program ignores; bare they do not end a call.
                WaitKind::Again | WaitKind::InProgress => {
                    let again = only_ignored_signals(caller);
                    registers.set_result(negative(libc::EINTR));
                    again
                }
                WaitKind::Zero { rest_at: None } if !restart => only_ignored_signals(caller),
                WaitKind::TimesOut { restarts: true } => {
                    return;
                }
                _ => restart,
            };
            if again {
                registers.set_result(RESTART_WITHOUT_HANDLER);
                if let Some(task) = self.tasks.get_mut(&caller.tid) {
                    task.interrupted = Some(Interrupted {
                        number: wait.original.number(),
                        arguments: std::array::from_fn(|index| wait.original.argument(index)),
                        deadline: wait.deadline,
                        begun: wait.begun,
                        sleep: wait.sleep,
                    });
                }
                return;
            }
        } else {
            let left = wait.deadline.since(self.time.now());
            if matches!(wait.kind, WaitKind::Select { .. } | WaitKind::Zero { .. }) {
                write_rest(caller.tid, wait.kind, left);
            }
        }
        if !interrupted && matches!(wait.kind, WaitKind::TimesOut { restarts: false }) {
            self.waited_in_vain(caller.tid);
        }
        let lasted = self.time.now().since(wait.begun);
        if matches!(wait.kind, WaitKind::Sleep { .. }) || lasted >= NOTABLE {
            self.note(caller.pid, caller.tid, EventKind::Wake {});
        } else if let Some(entry) = wait.sleep {
            self.record.withdraw(entry);
        }
    }
}

impl World<'_> {
    /// When a wait that began at `begun` was interrupted: a timer's signal came when that fired, however long the thread then took to
    /// come back from its call.
    fn interrupted_at(&self, caller: Caller, begun: VirtualInstant) -> VirtualInstant {
        let now = self.time.now();
        let fired =
            self.timer_fired.filter(|(pid, at)| *pid == caller.pid && *at >= begun && now.since(*at) < COMING_BACK);
        fired.map_or(now, |(_, at)| at)
    }
}

/// What a wait leaves behind when its time is up; its result.
fn time_is_up(tid: i32, wait: &TimedWait) -> i64 {
    write_rest(tid, wait.kind, VirtualDuration::ZERO);
    match wait.kind {
        WaitKind::Sleep { .. } | WaitKind::Zero { .. } => 0,
        WaitKind::TimesOut { .. } => negative(libc::ETIMEDOUT),
        WaitKind::Again => negative(libc::EAGAIN),
        WaitKind::InProgress => negative(libc::EINPROGRESS),
        WaitKind::Select { .. } => {
            let bits = wait.original.argument(0).min(1 << 20);
            let zeros = vec![0; address(bits.div_ceil(64) * 8)];
            for set in (1..4).map(|index| wait.original.argument(index)).filter(|set| *set != 0) {
                // It was readable a moment ago; when the program took it away, that is its own affair.
                let _ = memory::write(tid, set, &zeros);
            }
            0
        }
    }
}

/// Tells the program what was left of its time, where the call does so. A place that cannot be written is ignored, as the
/// kernel ignores it.
fn write_rest(tid: i32, kind: WaitKind, left: VirtualDuration) {
    let (at, words) = match kind {
        WaitKind::Sleep { rest_at: Some(at) } if left > VirtualDuration::ZERO => {
            (at, memory::timespec_words(left.saturating_add(SLACK).as_nanos()))
        }
        WaitKind::Zero { rest_at: Some(at) } => (at, memory::timespec_words(left.as_nanos())),
        WaitKind::Select { rest_at, timeval: true } => (rest_at, memory::timeval_words(left.as_nanos())),
        WaitKind::Select { rest_at, timeval: false } => (rest_at, memory::timespec_words(left.as_nanos())),
        _ => return,
    };
    let _ = memory::write_words(tid, at, &words);
}

/// Whether all signals that wait for this thread mean nothing to the program: ignored, or by default without effect.
fn only_ignored_signals(caller: Caller) -> bool {
    let harmless = [libc::SIGCHLD, libc::SIGURG, libc::SIGWINCH, libc::SIGCONT]
        .into_iter()
        .fold(0, |set, signal| set | (1_u64 << (signal - 1)));
    let set = |name| procfs::hexadecimal(caller.tid, name);
    let waiting = (set("SigPnd:") | set("ShdPnd:")) & !set("SigBlk:");
    let ignored = set("SigIgn:") | (harmless & !set("SigCgt:"));
    waiting != 0 && waiting & !ignored == 0
}
