//! Marked instructions: where a schedule may preempt a thread at full speed between its stops.
//!
//! The processor's debug registers watch up to four of them, and a thread that comes to one stops. So a race on plain memory
//! costs a stop for each access in question, and not one for each instruction; and the same accesses come in the same order
//! in each run of the schedule.
//!
//! An interpreter with one lock for all of its threads is marked elsewhere: at the word that its threads read wherever they may be
//! asked to give the lock away. There they stop, and who waits for the lock asks for it while they are held. Processes that
//! share memory are marked at the words of it that they change (see `shared`).

use super::memory;
use super::process::Role;
use super::regs::{Breakpoint, LONGEST, Native, Operand, Registers, is_call, take_hits};
use super::task::Slot;
use super::tracee::Resume;
use super::turns::Deed;
use super::world::World;
use crate::schedule::{Place, Preemption};
use crate::sys::ptrace;

/// `si_code` of a SIGTRAP by a debug register.
const TRAP_HWBKPT: i32 = 4;

impl World<'_> {
    /// A thread gets the turn: from now on it stops at the marks, if it did not before.
    pub(super) fn mark(&mut self, tid: i32) {
        // Who gives its interpreter's lock away stops where it does so, and nowhere else.
        let hands_over = self.tasks.get(&tid).is_some_and(|task| task.hand_over.is_some());
        if hands_over || self.survey.is_some() || !self.turns.as_ref().is_some_and(super::turns::Turns::has_marks) {
            return;
        }
        // Where nobody else could go on, its turn is over before anybody can.
        let breakpoints = if self.preemption_matters(tid) { self.breakpoints_of(tid) } else { Vec::new() };
        if let Some(task) = self.tasks.get_mut(&tid)
            && task.breakpoints != breakpoints
            && let Slot::Stopped(stopped) = &task.slot
            && stopped.set_breakpoints(&breakpoints).is_ok()
        {
            task.breakpoints = breakpoints;
        }
    }

    /// Where the marks are in a thread's process. Of code only the first program's is known, so children that become others have none
    /// there.
    fn breakpoints_of(&mut self, tid: i32) -> Vec<Breakpoint> {
        let (Some(turns), Some(task)) = (&self.turns, self.tasks.get(&tid)) else { return Vec::new() };
        let is_root = task.pid == self.root;
        let own = |place: &Place| match place {
            Place::Instruction(at) | Place::Bytecode(at) => is_root.then_some(Breakpoint::Instruction(*at)),
            Place::Asking(at) => is_root.then_some(Breakpoint::Word(*at)),
            Place::Shared(_) => None,
        };
        let mut breakpoints: Vec<Breakpoint> = turns.marks().iter().filter_map(own).collect();
        let shared = |place: &Place| if let Place::Shared(at) = place { Some(*at) } else { None };
        let words: Vec<u64> = turns.marks().iter().filter_map(shared).collect();
        if !words.is_empty() && self.processes.get(&task.pid).is_some_and(|process| process.role == Role::Program) {
            breakpoints.extend(self.shared_words.of(task.pid, &words).map(Breakpoint::Word));
        }
        breakpoints
    }

    /// Whether a thread that stopped by a SIGTRAP came back from a call into a library that a survey passed over, and in which it
    /// stopped or slept on the way: then nobody waited for that any more. From now on nothing stops it there.
    pub(super) fn has_come_back(&mut self, tid: i32) -> bool {
        if self.survey.is_none() || !ptrace::signal_info(tid).is_ok_and(|info| info.code() == TRAP_HWBKPT) {
            return false;
        }
        if let Some(task) = self.tasks.get_mut(&tid)
            && let Slot::Stopped(stopped) = &task.slot
            && stopped.set_breakpoints(&[]).is_ok()
        {
            task.breakpoints.clear();
        }
        true
    }

    /// Whether a thread that stopped by a SIGTRAP came to a mark.
    pub(super) fn is_at_mark(&self, tid: i32) -> bool {
        // It may be told of one after the turn in which it came there.
        self.turns.as_ref().is_some_and(super::turns::Turns::has_marks)
            && ptrace::signal_info(tid).is_ok_and(|info| info.code() == TRAP_HWBKPT)
    }

    /// A thread came to a mark: it goes on, or is preempted.
    pub(super) fn came_to_mark(&mut self, tid: i32) {
        if self.tasks.get(&tid).is_some_and(|task| task.hand_over.is_some()) {
            self.came_back(tid);
            return;
        }
        let before_bytecode = self.is_before_bytecode(tid);
        if before_bytecode && !self.is_in_own_script(tid) {
            if let Some(turns) = &mut self.turns {
                turns.passes_mark();
            }
            self.passes(tid);
            return;
        }
        let matters = self.preemption_matters(tid);
        let asked = self.is_asked(tid);
        let preemption =
            self.turns.as_mut().filter(|turns| turns.has_turn(tid)).and_then(|turns| turns.came_to_mark(matters));
        match preemption {
            Some(preemption) if before_bytecode && self.hand_over(tid, preemption) => {}
            Some(preemption) if !asked && !before_bytecode => self.preempt_near_mark(tid, preemption),
            Some(preemption) => self.preempt(tid, preemption, asked),
            None => self.passes(tid),
        }
    }

    /// Preempts a thread before the marked instruction at which it stands, or some instructions behind it: what was read there is old by
    /// the time that it is used, what was written there is seen by others before what follows it, and in what is called there others
    /// come in halfway.
    fn preempt_near_mark(&mut self, tid: i32, preemption: Preemption) {
        let deed = self.deed_at_mark(tid);
        let Some(turns) = &mut self.turns else { return };
        match turns.goes_further(preemption, deed) {
            0 => self.preempt(tid, preemption, false),
            further => turns.walks = Some((tid, Preemption { after: further, ..preemption })),
        }
    }

    /// What the instruction at which a thread stands does.
    fn deed_at_mark(&self, tid: i32) -> Deed {
        let Some(Slot::Stopped(stopped)) = self.tasks.get(&tid).map(|task| &task.slot) else { return Deed::Other };
        let at = stopped.registers().map(|registers| registers.instruction());
        let Ok(code) = at.and_then(|at| memory::read_some(tid, at, LONGEST)) else { return Deed::Other };
        match Operand::decode(&code) {
            _ if is_call(&code) => Deed::Calls,
            Some(operand) if operand.torn.is_some() => Deed::Other,
            Some(operand) => {
                if operand.written {
                    Deed::Writes
                } else {
                    Deed::Reads
                }
            }
            None => Deed::Other,
        }
    }

    /// A thread goes on from a mark as if there were none.
    fn passes(&mut self, tid: i32) {
        if self.turns.as_ref().is_some_and(|turns| turns.has_turn(tid)) {
            self.mark(tid);
            self.let_go(tid, Resume::Go(0));
        } else {
            self.release(tid, Resume::Go(0));
        }
    }

    /// Whether a thread stands before an instruction of its script, by its mark.
    fn is_before_bytecode(&self, tid: i32) -> bool {
        let (Some(turns), Some(task)) = (&self.turns, self.tasks.get(&tid)) else { return false };
        let Slot::Stopped(stopped) = &task.slot else { return false };
        let at = |registers: Native| Place::Bytecode(registers.instruction());
        stopped.registers().is_ok_and(|registers| turns.marks().contains(&at(registers)))
    }

    /// Whether the mark that a thread came to is where it may be asked to give an interpreter's lock away.
    fn is_asked(&self, tid: i32) -> bool {
        let Some(turns) = &self.turns else { return false };
        let asking = |breakpoint: &Breakpoint| {
            let is = |place: &Place| matches!((place, breakpoint), (Place::Asking(at), Breakpoint::Word(word)) if at == word);
            turns.marks().iter().any(is)
        };
        let Some(task) = self.tasks.get(&tid).filter(|task| task.pid == self.root) else { return false };
        match task.breakpoints.iter().filter(|breakpoint| asking(breakpoint)).count() {
            0 => false,
            all if all == task.breakpoints.len() => true,
            _ => take_hits(tid)
                .is_ok_and(|hits| hits.slots.iter().filter_map(|slot| task.breakpoints.get(*slot)).any(asking)),
        }
    }
}
