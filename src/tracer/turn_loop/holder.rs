//! A look at the thread that has the turn, while it makes no stop.

use std::time::Duration;

use crate::clock::VirtualDuration;
use crate::tracer::calls::{self, Woken};
use crate::tracer::procfs::State;
use crate::tracer::spin;
use crate::tracer::task::Slot;
use crate::tracer::world::World;

/// Computing is counted in whole grains of this much CPU time.
const GRAIN: Duration = Duration::from_millis(10);
/// After so many grains without a stop, others may go on.
const GRAINS_A_TURN: u64 = 3;

impl World<'_> {
    /// Whether the thread that has the turn waits for something by now, as far as one look tells.
    pub(super) fn holder_sleeps(&mut self) -> bool {
        let holder = self.turns.as_ref().and_then(|turns| turns.holder);
        let task = holder.and_then(|holder| self.tasks.get_mut(&holder.tid));
        task.is_some_and(|task| task.procfs.state() == State::Asleep)
    }

    /// The thread that has the turn made no stop for a while: it may sleep, be gone, or compute.
    pub(super) fn look_at_holder(&mut self) {
        // Where nobody waits for its turn or for the time, how long a computation took changes nothing, and is not
        // counted: how many grains it were does not repeat on a busy machine.
        let matters = self.turns.as_ref().is_some_and(|turns| turns.others_are_ready() || self.anyone_waits_for_time());
        let Some(turns) = &mut self.turns else { return };
        let Some(holder) = &mut turns.holder else { return };
        let Some(task) = self.tasks.get_mut(&holder.tid) else {
            turns.end_turn();
            turns.unsettled = true;
            turns.sleepers.doubt(Woken::Anybody);
            return;
        };
        let others = self.processes.get(&task.pid).is_some_and(|process| process.threads > 1);
        let state = task.procfs.state();
        let sleeps = match state {
            State::Asleep => task.procfs.is_off_cpu(),
            // Its end is told at once, and is the end of the turn: whom it woke comes after it, however busy the machine is. Only a
            // process's first thread stays while others of the process live.
            State::Dead => task.tid == task.pid && others,
            State::Uninterruptible => task.vfork.is_some(),
            State::Stopped => task.in_group_stop,
            State::Runs => false,
        };
        if sleeps {
            let blocked = task.procfs.was_blocked_in().filter(|_| state == State::Asleep);
            if !blocked.is_some_and(|blocked| calls::blocks_first(blocked.number)) {
                turns.sleepers.doubt(Woken::Anybody);
            }
            turns.end_turn();
            turns.unsettled = true;
            return;
        }
        let Some((cpu, _)) = task.procfs.ran() else { return };
        let used = Duration::from_nanos(cpu.saturating_sub(*holder.cpu_before.get_or_insert(cpu)));
        if used >= spin::FIRST_LOOK && !holder.looked_at {
            holder.looked_at = true;
            task.long_turns += 1;
            // One that computes long is looked at ever less often.
            if task.long_turns.is_power_of_two()
                && let Slot::Running(running) = &task.slot
            {
                task.is_looked_for = true;
                running.interrupt();
            }
        }
        if !matters {
            turns.idle.turns = 0;
            return;
        }
        let mut grains = 0;
        while used >= GRAIN * u32::try_from(holder.grains + 1).unwrap_or(u32::MAX) {
            holder.grains += 1;
            grains += 1;
            turns.idle.turns = 0;
            self.time.move_on(VirtualDuration::from_nanos(u64::try_from(GRAIN.as_nanos()).unwrap_or_default()));
        }
        if holder.grains >= GRAINS_A_TURN && !holder.asked {
            holder.asked = true;
            if let Slot::Running(running) = &task.slot {
                running.interrupt();
            }
        }
        let tid = holder.tid;
        for _ in 0..grains {
            self.count_cpu(tid, VirtualDuration::from_nanos(u64::try_from(GRAIN.as_nanos()).unwrap_or_default()));
        }
    }
}
