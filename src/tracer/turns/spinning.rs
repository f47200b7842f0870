//! Threads that wait in a loop for others to change memory (see `spin`).

use super::{ThreadNumber, Turns};
use crate::tracer::spin::SpinLoop;
use crate::tracer::tracee::Resume;

/// A thread that yielded so often in a row may do nothing else for ever: it is looked at; then after twice as many, and so on.
const YIELDS_BEFORE_A_LOOK: u32 = 64;
/// So often those that spin are moved on within their loops, one after the other, before it is said that they get nowhere.
const MOST_MOVES: u32 = 48;

/// By so much of a loop, in parts of 65,536, the place at which a thread is left in it differs from the one before: the golden section,
/// which spreads them evenly.
const GOLDEN_SECTION: u16 = 40_503;

/// What can be done when nobody is left but threads that spin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum OnlySpinners {
    /// This one changes on its way what another one looks at: where it stands now may be the very place where the other one is
    /// kept from going on. So it goes on to another place.
    MoveOn(i32),
    /// None of them can ever leave its loop.
    GetNowhere,
}

impl Turns {
    /// The thread that has the turn spins. `since_its_turn` tells whether it did nothing else in this turn; if it did, the others
    /// have to look again.
    pub(in crate::tracer) fn spins(&mut self, tid: i32, found: SpinLoop, since_its_turn: bool) {
        let others = std::mem::take(&mut self.spinning);
        self.queue(tid, Resume::Go(0));
        if since_its_turn {
            self.spinning = others;
        }
        self.unsettled = true;
        if let Some(number) = self.numbers.get(&tid) {
            self.fresh.remove(number);
            self.spinning.insert(*number, found);
            self.spun.insert(*number);
        }
    }

    /// How far into its loop of so many instructions a thread is left: all places come up in the end.
    pub(in crate::tracer) fn place_in_loop(&mut self, length: usize) -> usize {
        self.part = self.part.wrapping_add(GOLDEN_SECTION);
        (length * usize::from(self.part)) >> u16::BITS
    }

    /// The thread that has the turn was looked at, and does not spin.
    pub(in crate::tracer) fn does_not_spin(&mut self, tid: i32) {
        self.moved_on = 0;
        if let Some(number) = self.numbers.get(&tid) {
            self.spun.remove(number);
        }
        self.end_spins();
    }

    /// Somebody may have changed something: who spins goes on, too.
    pub(in crate::tracer) fn end_spins(&mut self) {
        self.spinning.clear();
    }

    /// Whether somebody spins.
    pub(in crate::tracer) fn somebody_spins(&self) -> bool {
        !self.spinning.is_empty()
    }

    /// Whether a thread is looked at before it has its turn: it did nothing but wait in a loop when it had it last.
    pub(in crate::tracer) fn is_looked_at_first(&self, tid: i32) -> bool {
        let yields_for_long = |number: &ThreadNumber| {
            self.yields.get(number).is_some_and(|yields| *yields >= YIELDS_BEFORE_A_LOOK && yields.is_power_of_two())
        };
        self.numbers.get(&tid).is_some_and(|number| self.spun.contains(number) || yields_for_long(number))
    }

    pub(super) fn note_yield(&mut self, tid: i32) {
        if let Some(number) = self.numbers.get(&tid) {
            let yields = self.yields.entry(*number).or_default();
            *yields = yields.saturating_add(1);
        }
    }

    pub(super) fn does_not_yield(&mut self, tid: i32) {
        if let Some(number) = self.numbers.get(&tid) {
            self.yields.remove(number);
        }
    }

    /// Nobody can go on but threads that spin, and no time that comes can change that.
    pub(in crate::tracer) fn only_spinners(&mut self) -> OnlySpinners {
        let meets = |number: &ThreadNumber, found: &SpinLoop| {
            self.spinning.iter().any(|(other, of_other)| other != number && found.changes_what_is_used_by(of_other))
        };
        let meeting: Vec<ThreadNumber> =
            self.spinning.iter().filter(|(number, found)| meets(number, found)).map(|(number, _)| *number).collect();
        let index = usize::try_from(self.moved_on).unwrap_or_default().checked_rem(meeting.len());
        let next = index.and_then(|index| self.ready.get(&meeting[index]).map(|waits| (meeting[index], waits.tid)));
        let Some((number, tid)) = next.filter(|_| self.moved_on < MOST_MOVES) else {
            return OnlySpinners::GetNowhere;
        };
        self.moved_on += 1;
        self.ready.remove(&number);
        self.begin_turn(tid);
        OnlySpinners::MoveOn(tid)
    }
}
