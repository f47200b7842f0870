//! Preemption between two stops, under a schedule: a thread makes its turn's instructions one by one and is stopped after
//! so many of them.
//!
//! A count of instructions repeats, where a time or a timer's tick would not; counting in hardware (as rr does) needs
//! performance counters that most virtual machines lack. A step costs a stop, so a run makes a bounded number of them.

use super::error::TracerError;
use super::locks::is_trap;
use super::procfs::State;
use super::regs::Breakpoint;
use super::task::Slot;
use super::tracee::Resume;
use super::watch::wait_failed;
use super::world::{Due, World};
use crate::clock::VirtualDuration;
use crate::schedule::Preemption;
use crate::sys::wait::{self, Waited};
use crate::trace::EventKind;

/// One who waits no longer than this counts as one that could go on instead.
const SOON: VirtualDuration = VirtualDuration::from_millis(20);

/// How a walk through single instructions ended.
enum Walk {
    /// All of them were made.
    Whole,
    /// The thread stopped for another reason.
    Stopped(i32),
    /// It sleeps in the kernel.
    Sleeps,
}

/// How a stretch of a walk ended: one instruction, or a call into a library and back.
pub(super) enum Stretch {
    Made,
    Stopped(i32),
    Sleeps,
}

impl World<'_> {
    /// Whether another thread could do anything if this one were preempted.
    pub(super) fn preemption_matters(&self, tid: i32) -> bool {
        let soon = self.time.now().saturating_add(SOON);
        let waits = |due: &Due| matches!(due, Due::Wait(other) if *other != tid);
        self.turns.as_ref().is_some_and(super::turns::Turns::others_are_ready)
            || self.deadlines.iter().take_while(|(key, _)| key.at() <= soon).any(|(_, due)| waits(due))
    }

    /// Lets the thread that has the turn make so many instructions, and takes the turn away after them.
    pub(super) fn step_through(&mut self, tid: i32, preemption: Preemption) -> Result<(), TracerError> {
        let (walk, made) = self.walk(tid, preemption.after)?;
        if let Some(turns) = &mut self.turns {
            turns.made_instructions(made);
        }
        match walk {
            Walk::Sleeps => Ok(()),
            Walk::Stopped(status) => self.arrive(tid, status),
            Walk::Whole => {
                self.counts.stops += 1;
                self.preempt(tid, preemption, false);
                Ok(())
            }
        }
    }

    /// Lets the thread that has the turn make so many instructions. The others go first then.
    pub(super) fn walk_on(&mut self, tid: i32, instructions: u32) -> Result<(), TracerError> {
        match self.walk(tid, instructions)?.0 {
            Walk::Sleeps => {}
            Walk::Stopped(status) => return self.arrive(tid, status),
            Walk::Whole => {
                if let Some(turns) = &mut self.turns {
                    turns.queue(tid, Resume::Go(0));
                    turns.tire(tid);
                    turns.unsettled = true;
                }
            }
        }
        Ok(())
    }

    /// Takes the turn from a thread that has stopped for that, `asked` where its interpreter asks whether it is to give its lock away.
    pub(super) fn preempt(&mut self, tid: i32, preemption: Preemption, asked: bool) {
        let Some(turns) = &mut self.turns else { return };
        if turns.tears(preemption) {
            self.tear(tid);
        }
        let Some(turns) = &mut self.turns else { return };
        // Who waits for an interpreter's lock has to have waited for a time of its own before it asks for it.
        let hold = turns.preempted(tid, if asked { VirtualDuration::ZERO } else { preemption.hold }, preemption.rest);
        if asked {
            turns.makes_room(tid);
        }
        if hold > VirtualDuration::ZERO {
            self.deadlines.set(self.time.now().saturating_add(hold), Due::Held(tid));
        }
        self.note_forced(tid, EventKind::Preempted { ns: hold.as_nanos() });
    }

    /// Makes up to so many instructions; how it ended, and how many were made.
    fn walk(&mut self, tid: i32, instructions: u32) -> Result<(Walk, u32), TracerError> {
        self.watch_writes(tid);
        for made in 0..instructions {
            match self.stretch(tid, None)? {
                Stretch::Made => {}
                Stretch::Stopped(status) => return Ok((Walk::Stopped(status), made)),
                Stretch::Sleeps => return Ok((Walk::Sleeps, made)),
            }
        }
        Ok((Walk::Whole, instructions))
    }

    /// Lets a thread make one instruction; or all those until it comes `back`.
    pub(super) fn stretch(&mut self, tid: i32, back: Option<u64>) -> Result<Stretch, TracerError> {
        let Some(task) = self.tasks.get_mut(&tid) else { return Ok(Stretch::Sleeps) };
        let running = match std::mem::replace(&mut task.slot, Slot::Between) {
            Slot::Stopped(stopped) => match back {
                Some(back) if stopped.set_breakpoints(&[Breakpoint::Instruction(back)]).is_ok() => {
                    task.breakpoints = vec![Breakpoint::Instruction(back)];
                    stopped.resume(Resume::Go(0))
                }
                _ => stopped.step(),
            },
            other => {
                task.slot = other;
                return Ok(Stretch::Sleeps);
            }
        };
        let status = loop {
            match wait::one(tid).map_err(wait_failed)? {
                Waited::Changed(_, status) => break status,
                Waited::NoneLeft => return Ok(Stretch::Sleeps),
                Waited::Nothing | Waited::Interrupted => {}
            }
            // A tick. A call that blocks and that we do not watch ends the walk; its step is told of later.
            // So does the end of a first thread, which no wait tells of before that of the others, and the wait for a
            // vfork's child.
            let ended = match task.procfs.state() {
                State::Asleep => task.procfs.is_off_cpu(),
                State::Uninterruptible => task.vfork.is_some(),
                State::Dead => true,
                State::Stopped | State::Runs => false,
            };
            if ended {
                task.slot = Slot::Running(running);
                task.stepping = true;
                return Ok(Stretch::Sleeps);
            }
        };
        if !is_trap(status) {
            task.slot = Slot::Running(running);
            return Ok(Stretch::Stopped(status));
        }
        let gone = |cause| TracerError::System { operation: "step through a program", tid: Some(tid), cause };
        let stopped = running.stopped(status).map_err(gone)?.0;
        if back.is_some() {
            task.breakpoints.clear();
            // A thread that was killed here is told of by the next wait.
            let _ = stopped.set_breakpoints(&[]);
        }
        task.slot = Slot::Stopped(stopped);
        if self.locks.is_on() {
            self.note_writes(tid).map_err(gone)?;
        }
        Ok(Stretch::Made)
    }

    /// Counts CPU time, which under a schedule is not measured: it has to repeat.
    pub(super) fn count_cpu(&mut self, tid: i32, time: VirtualDuration) {
        let Some(task) = self.tasks.get_mut(&tid) else { return };
        task.counted += time.as_nanos();
        if let Some(process) = self.processes.get_mut(&task.pid) {
            process.counted += time.as_nanos();
            if process.role == super::process::Role::Program {
                self.counts.cpu += time.as_nanos();
            }
        }
    }

    /// Whether CPU time is counted and not measured.
    pub(super) fn counts_cpu(&self) -> bool {
        self.turns.is_some() && self.time.pace() == super::time::Pace::Virtual
    }
}
