//! How long a run was kept waiting, by the machine when it is on its clock and by a schedule when it is under one: times that were
//! measured meanwhile are no better known.

use super::procfs::Procfs;
use super::time::Pace;
use super::turns::Turns;
use super::world::World;

/// What is known of the waiting so far.
#[derive(Debug)]
pub(super) struct Noise {
    /// The tracer's own thread; and before the run, for how long (ns) it had computed, and waited for a processor.
    own: (Procfs, u64, u64),
    /// CPU time (ns) of each thread that has ended, and for how long it waited for a processor.
    ended: Vec<(u64, u64)>,
}

impl Noise {
    /// From now on, for the calling thread.
    pub(super) fn begin() -> Self {
        let tid = nix::unistd::gettid().as_raw();
        let mut own = Procfs::new(nix::unistd::getpid().as_raw(), tid);
        let (ran, waited) = own.ran_and_waited().unwrap_or_default();
        Self { own: (own, ran, waited), ended: Vec::new() }
    }
}

/// Threads of a run share one processor, so one may wait for all that the others compute; the rest is the machine's fault.
fn by_the_machine(threads: &[(u64, u64)]) -> u64 {
    let all: u64 = threads.iter().map(|(cpu, _)| cpu).sum();
    threads.iter().map(|(cpu, waited)| waited.saturating_sub(all - cpu)).sum()
}

impl World<'_> {
    /// A thread is about to end.
    pub(super) fn note_waiting(&mut self, tid: i32) {
        if self.time.pace() == Pace::Real
            && let Some(waited) = self.tasks.get_mut(&tid).and_then(|task| task.procfs.ran_and_waited())
        {
            self.noise.ended.push(waited);
        }
    }

    /// CPU time (ns) of ours that watching the run has taken.
    pub(super) fn watching(&mut self) -> u64 {
        let (own, before, _) = &mut self.noise.own;
        own.ran_and_waited().unwrap_or_default().0.saturating_sub(*before)
    }

    /// For how long (real ns) the machine kept the run and its tracer waiting for a processor. On the virtual clock: for how long
    /// (virtual ns) a schedule kept it waiting, and what its threads computed, one at a time; 0 under the natural one.
    pub(super) fn noise(&mut self) -> u64 {
        if self.time.pace() == Pace::Virtual {
            let left_nature = |turns: &&Turns| !turns.switches().is_empty();
            return self
                .turns
                .as_ref()
                .filter(left_nature)
                .map_or(0, |turns| turns.forced().as_nanos() + self.counts.cpu);
        }
        let mut threads = std::mem::take(&mut self.noise.ended);
        let living = self.tasks.values_mut().filter(|task| task.ended.is_none());
        threads.extend(living.filter_map(|task| task.procfs.ran_and_waited()));
        let (own, _, before) = &mut self.noise.own;
        by_the_machine(&threads) + own.ran_and_waited().unwrap_or_default().1.saturating_sub(*before)
    }
}

#[cfg(test)]
mod tests {
    use super::by_the_machine;

    #[test]
    fn waiting_for_ones_own_threads_is_no_noise() {
        assert_eq!(by_the_machine(&[(2_000, 1_900), (2_000, 2_000)]), 0);
        assert_eq!(by_the_machine(&[(100, 5_000), (300, 50)]), 4_700);
        assert_eq!(by_the_machine(&[]), 0);
    }
}
