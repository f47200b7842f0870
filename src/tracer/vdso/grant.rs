//! Grants: what a thread may be told of the time without a stop, and what it was told.

use std::io;

use crate::clock::{VirtualDuration, VirtualInstant};
use crate::sys::clock_code::word;
use crate::tracer::memory;
use crate::tracer::progress::STOP_COST;
use crate::tracer::regs::{Native, Registers};
use crate::tracer::time::Pace;
use crate::tracer::world::{Caller, World};

/// How far time may be handed out by one grant.
const SPAN: VirtualDuration = VirtualDuration::from_millis(10);
/// After a deadline has fired beside running threads, there are no grants for so long: a thread that reads on without a stop
/// would keep the one that was woken from the processor that they share.
const ROOM_FOR_THE_WOKEN: VirtualDuration = VirtualDuration::from_micros(500);
/// Words of a grant on the page, from its first.
const WORDS: usize = 8;
const WORD: usize = 8;
/// The code notes there how often the thread had slept; until then nothing.
const NOT_NOTED: u64 = u64::MAX;
/// Of a grant whose readings move time by a fixed step it need not.
const NEED_NOT_BE_NOTED: u64 = 0;

/// One grant: at CPU time `cpu` the thread was at `base`, and had read `given` as its last moment. Or, where there is a `steady` step,
/// each reading is by so much later than the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grant {
    base: VirtualInstant,
    cpu: u64,
    given: VirtualInstant,
    limit: VirtualInstant,
    steady: Option<VirtualDuration>,
}

impl Grant {
    /// A grant to a thread that has read `given`, was at `local` when it had used `cpu`, and shall not read on past `deadline`
    /// without a stop.
    fn new(given: VirtualInstant, local: VirtualInstant, cpu: u64, deadline: Option<VirtualInstant>) -> Self {
        let most = given.saturating_add(SPAN);
        // The first reading after the deadline is a stop, at which it fires.
        let limit = deadline.map_or(most, |deadline| most.min(deadline));
        // What the stop itself costs the thread is not its own time: as in the account of its progress.
        Self { base: local.min(given), cpu: cpu.saturating_add(STOP_COST), given, limit, steady: None }
    }

    /// A grant whose readings move time by this step each, and never past `deadline`: it repeats.
    fn steady(given: VirtualInstant, step: VirtualDuration, deadline: Option<VirtualInstant>) -> Self {
        let most = given.saturating_add(SPAN);
        let limit = deadline.map_or(most, |deadline| most.min(deadline)).max(given);
        Self { base: given, cpu: 0, given, limit, steady: Some(step) }
    }

    fn words(&self, generation: u64, owner: u64) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        for (at, value) in [
            (word::GENERATION, generation),
            (word::OWNER, owner),
            (word::BASE, self.base.as_nanos()),
            (word::CPU, self.cpu),
            (word::LAST, self.given.as_nanos()),
            (word::LIMIT, self.limit.as_nanos()),
            (word::SWITCHES, if self.steady.is_some() { NEED_NOT_BE_NOTED } else { NOT_NOTED }),
            (word::STEADY, self.steady.map_or(0, VirtualDuration::as_nanos)),
        ] {
            words[at / WORD] = value;
        }
        words
    }

    /// Up to which moment the thread has read, when its page says `last`, and it has used `cpu`. A reading costs more than the
    /// least step between two, so it cannot have been told more than twice what it used; whatever the page says.
    fn read_up_to(&self, last: VirtualInstant, cpu: Option<u64>) -> VirtualInstant {
        let most = cpu.filter(|_| self.steady.is_none()).map_or(self.limit, |cpu| {
            let used = cpu.saturating_add(STOP_COST).saturating_sub(self.cpu);
            self.given.saturating_add(VirtualDuration::from_nanos(used.saturating_mul(2)))
        });
        last.min(most).min(self.limit).max(self.given)
    }
}

/// The grant of the tree, if there is one.
#[derive(Debug, Default)]
pub(in crate::tracer) struct Grants {
    live: Option<Live>,
    /// The one that ended last, where its thread may have it again: a thread alone, at a stop that tells nothing to others.
    ended: Option<Live>,
    /// How many there have been.
    generation: u64,
    /// There are none before this moment.
    none_before: VirtualInstant,
}

impl Grants {
    /// A deadline has fired at `now` beside running threads.
    pub(in crate::tracer) fn make_room(&mut self, now: VirtualInstant) {
        self.none_before = now.saturating_add(ROOM_FOR_THE_WOKEN);
    }
}

#[derive(Debug)]
struct Live {
    grant: Grant,
    tid: i32,
    page: u64,
    owner: u64,
}

impl World<'_> {
    /// Writes the answer to a thread that reads the clock, and with it a grant when it may have one. `moment` is what it
    /// is told; `answer` goes to `at`.
    pub(in crate::tracer) fn tell_time(
        &mut self,
        caller: Caller,
        registers: &Native,
        moment: VirtualInstant,
        at: u64,
        answer: &[i64],
    ) -> io::Result<()> {
        let Some((page, grant)) = self.may_grant(caller, moment) else {
            return memory::write_words(caller.tid, at, answer);
        };
        self.grants.generation += 1;
        let owner = registers.thread_pointer();
        let words = grant.words(self.grants.generation, owner).map(u64::cast_signed);
        if memory::write_words_at_two(caller.tid, (at, answer), (page, &words))? {
            self.grants.live = Some(Live { grant, tid: caller.tid, page, owner });
        } else if let Some(process) = self.processes.get_mut(&caller.pid) {
            // It has unmapped the page; its code cannot be there either.
            process.clock_page = None;
        }
        Ok(())
    }

    /// A thread alone goes on from a stop at which its grant ended: it has it again, for that costs less than the stop of its
    /// next reading.
    pub(in crate::tracer) fn renew_grant(&mut self, tid: i32) {
        let Some(ended) = self.grants.ended.take().filter(|ended| ended.tid == tid) else { return };
        let Some(task) = self.tasks.get(&tid).filter(|_| self.grants.live.is_none()) else { return };
        let caller = Caller { tid, pid: task.pid };
        let Some((page, grant)) = self.may_grant(caller, self.time.now()).filter(|(page, _)| *page == ended.page)
        else {
            return;
        };
        self.grants.generation += 1;
        let words = grant.words(self.grants.generation, ended.owner).map(u64::cast_signed);
        if memory::write_words(tid, page, &words).is_ok() {
            self.grants.live = Some(Live { grant, ..ended });
        }
    }

    fn may_grant(&self, caller: Caller, moment: VirtualInstant) -> Option<(u64, Grant)> {
        let page = self.processes.get(&caller.pid)?.clock_page?;
        if moment < self.grants.none_before
            || !self.woken.is_empty()
            || self.started.is_none()
            || self.time.pace() != Pace::Virtual
        {
            return None;
        }
        if let Some(turns) = &self.turns {
            // Where there is nobody to choose, and nobody for whose sake time must go on.
            let alone = self.tasks.len() == 1 && self.strangers.is_empty() && !self.anyone_waits_for_time();
            return alone.then(|| (page, Grant::steady(moment, turns.step(), self.deadlines.earliest())));
        }
        let (cpu, local) = self.tasks.get(&caller.tid)?.progress.reached();
        Some((page, Grant::new(moment, local, cpu, self.deadlines.earliest())))
    }

    /// Ends the grant, and takes note of the time that was handed out by it.
    pub(in crate::tracer) fn end_grant(&mut self) {
        self.grants.ended = None;
        let Some(live) = self.grants.live.take() else { return };
        let Live { grant, tid, page, .. } = live;
        // First no more are handed out, then we look up to where they were. After an exec there is nothing to look at.
        let ended = memory::write_words(tid, page + word::GENERATION as u64, &[0]);
        let last = ended.and_then(|()| memory::read_words::<1>(tid, page + word::LAST as u64));
        let last = last.map_or(VirtualInstant::START, |[last]| VirtualInstant::from_nanos(last.cast_unsigned()));
        let last = self.read_up_to(&grant, tid, last);
        let before = self.time.now();
        self.time.jump(last);
        if grant.steady.is_some() {
            self.count_cpu(tid, self.time.now().since(before));
            self.grants.ended = Some(live);
        }
    }

    /// Up to which moment thread `tid` has read by a grant, when its page says `last`.
    fn read_up_to(&mut self, grant: &Grant, tid: i32, last: VirtualInstant) -> VirtualInstant {
        // Elsewhere it may run just now, and have used more than the kernel tells.
        let Some(task) = self.tasks.get_mut(&tid).filter(|_| self.options.processors == 1) else {
            return grant.read_up_to(last, None);
        };
        let told = grant.read_up_to(last, Some(task.progress.reached().0));
        if told == last {
            return told;
        }
        // Among many threads it was not asked at this stop, and has used more than is known.
        let cpu = task.procfs.ran_and_waited().map(|(cpu, _)| cpu);
        grant.read_up_to(last, cpu)
    }

    /// Ends the grant when somebody else than its thread has moved time: that thread's next reading would be too early.
    pub(in crate::tracer) fn end_grant_if_behind(&mut self) {
        let Some(live) = &self.grants.live else { return };
        let own = self.tasks.get(&live.tid).map(|task| task.progress.reached().1);
        if own.is_none_or(|own| self.time.now() > own.max(live.grant.given)) {
            self.end_grant();
        }
    }
}

/// A new process has a copy of its maker's page, and has no grant.
pub(in crate::tracer) fn clear(tid: i32, page: u64) {
    // One that is gone already will be told of by a wait.
    let _ = memory::write_words(tid, page + word::GENERATION as u64, &[0]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

    use super::{Grant, SPAN, STOP_COST, WORD, word};
    use crate::clock::VirtualInstant;
    use crate::sys::clock_code::LEAST_STEP;

    const fn at(nanos: u64) -> VirtualInstant {
        VirtualInstant::from_nanos(nanos)
    }

    /// What the code in the program does with a grant: the next moment, when its thread has used `cpu`.
    fn hand_out(grant: &Grant, last: &mut u64, cpu: u64) -> Option<u64> {
        let moment = (grant.base.as_nanos() + cpu.saturating_sub(grant.cpu)).max(*last + LEAST_STEP);
        (moment <= grant.limit.as_nanos()).then(|| {
            *last = moment;
            moment
        })
    }

    fn grants() -> impl Strategy<Value = (u64, u64, u64, Option<u64>)> {
        (1_000_000..u64::MAX / 4, 0..1_000_000_u64, 0..u64::MAX / 4, proptest::option::of(0..50_000_000_u64))
    }

    proptest! {
        #[test]
        fn what_is_handed_out_moves_and_is_what_the_tracer_knows(
            (given, behind, cpu, due) in grants(),
            costs in proptest::collection::vec(150..5_000_000_u64, 1..200),
        ) {
            let grant = Grant::new(at(given), at(given - behind), cpu, due.map(|due| at(given + due)));
            let (mut last, mut used) = (given, cpu);
            for cost in costs {
                used += cost;
                let before = last;
                let Some(moment) = hand_out(&grant, &mut last, used) else { break };
                prop_assert!(moment > before);
                prop_assert!(moment <= given + SPAN.as_nanos());
                prop_assert!(due.is_none_or(|due| moment <= given + due));
                prop_assert_eq!(grant.read_up_to(at(last), Some(used)), at(last));
            }
        }

        #[test]
        fn a_page_full_of_lies_moves_time_by_no_more_than_twice_what_was_used(
            (given, behind, cpu, due) in grants(),
            last in any::<u64>(),
            used in 0..20_000_000_u64,
        ) {
            let grant = Grant::new(at(given), at(given - behind), cpu, due.map(|due| at(given + due)));
            let told = grant.read_up_to(at(last), Some(cpu + used)).as_nanos();
            prop_assert!(told >= given, "time never goes back");
            prop_assert!(told - given <= 2 * used);
            prop_assert!(told - given <= SPAN.as_nanos());
            prop_assert!(grant.read_up_to(at(last), None) <= grant.limit.max(at(given)));
        }
    }

    #[test]
    fn a_steady_grant_tells_the_same_whatever_was_computed_and_never_past_a_deadline() {
        let step = crate::clock::VirtualDuration::from_micros(2);
        let grant = Grant::steady(at(5_000), step, Some(at(10_000)));
        let words = grant.words(1, 7);
        assert_eq!(words[word::STEADY / WORD], 2_000);
        assert_eq!(words[word::LIMIT / WORD], 10_000);
        assert_eq!(grant.read_up_to(at(9_000), Some(0)), at(9_000), "CPU time says nothing of it");
        assert_eq!(grant.read_up_to(at(90_000), Some(0)), at(10_000), "a page full of lies does not pass the deadline");
        assert_eq!(grant.read_up_to(at(1), None), at(5_000), "time never goes back");
        assert_eq!(Grant::new(at(5), at(5), 0, None).words(1, 7)[word::STEADY / WORD], 0);
    }

    #[test]
    fn a_thread_is_told_of_what_it_computes_between_two_readings() {
        let grant = Grant::new(at(5_000_000), at(5_000_000), 700, None);
        let mut last = 5_000_000;
        let computed = 700 + STOP_COST + 3_000_000;
        assert_eq!(hand_out(&grant, &mut last, computed), Some(8_000_000));
        assert_eq!(hand_out(&grant, &mut last, computed), Some(8_000_100), "time always moves");
        assert_eq!(hand_out(&grant, &mut last, computed + 20_000_000), None, "the grant ends at its limit");
    }
}
