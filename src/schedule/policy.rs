use super::Place;
use crate::clock::VirtualDuration;

/// A thread of the traced tree, counted by birth from 0 (the program's first thread): the same number in every run that
/// makes the same choices, unlike a thread id.
pub type ThreadNumber = u32;

/// The threads among which a choice is made.
#[derive(Clone, Copy, Debug)]
pub struct Ready<'a> {
    /// Numbers of the threads that could go on, ascending; never empty.
    pub threads: &'a [ThreadNumber],
    /// The thread that ran last, when it is one of them.
    pub last: Option<ThreadNumber>,
    /// Which choice of the run this is, from 0.
    pub step: u64,
}

/// What a preemption counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Every instruction of the present turn.
    #[default]
    Instructions,
    /// Times that a thread came to a marked instruction, of all threads from now on.
    Marks,
}

/// A thread is to be stopped between its stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preemption {
    /// What is counted.
    pub unit: Unit,
    /// Just before the next instruction after so many of them, at least one.
    pub after: u32,
    /// For how long it is then held back in virtual time; zero for only as long as others can go on.
    pub hold: VirtualDuration,
    /// How many of the turns that could be cut short after it are left alone: those who now go first get somewhere.
    pub rest: u32,
}

/// Decides who runs next. Two policies made alike that are asked the same questions give the same answers.
pub trait Policy: Send {
    /// The thread that goes on: one of `ready.threads`.
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber;

    /// Which of these places are marked for the whole run: those at which several threads touch the same word of memory, a
    /// list for each word. At most four, as many as a processor can watch.
    fn mark(&mut self, places: &[Vec<Place>]) -> Vec<Place> {
        let _ = places;
        Vec::new()
    }

    /// How long a thread that just became ready is held back in virtual time, as a busy machine might; zero for not at
    /// all. `asked` says how often this was asked before in the run; `left` is what remains of the run's budget for holding, and the answer is never more.
    fn hold(&mut self, thread: ThreadNumber, asked: u64, left: VirtualDuration) -> VirtualDuration {
        let _ = (thread, asked, left);
        VirtualDuration::ZERO
    }

    /// The same for a thread that is the only one there is, and has waited. What it waits for can only come late all at once then, as it
    /// does for an event loop on a busy machine.
    fn hold_alone(&mut self, thread: ThreadNumber, asked: u64, left: VirtualDuration) -> VirtualDuration {
        self.hold(thread, asked, left)
    }

    /// Whether all that could go on are held back until the next deadline, which is `time` away and soon. `asked` says how often
    /// this was asked before in the run.
    fn pause(&mut self, asked: u64, time: VirtualDuration) -> bool {
        let _ = (asked, time);
        false
    }

    /// Whether the thread that has just been given the turn is preempted before its next stop (or, by a count that goes on
    /// from turn to turn, whoever has the turn then). `asked` says how often this was
    /// asked before in the run; `left` is what remains of the run's budget for holding.
    fn preempt(&mut self, thread: ThreadNumber, asked: u64, left: VirtualDuration) -> Option<Preemption> {
        let _ = (thread, asked, left);
        None
    }
}
