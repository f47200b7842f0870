//! From a built program to the traces of its cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::{Memory, OurFault, RunKey};
use crate::build::Program;
use crate::check::{CaseRun, depends_on_schedule};
use crate::course::model::Spec;
use crate::engine::{Engine, Interrupt, Places, RunRequest};
use crate::pool::Turn;
use crate::trace::{Ended, EventKind, Trace};

/// How long a run on the virtual clock may take in real time: its sleeps take none, so this is work and tracing alone.
const PATIENCE: Duration = Duration::from_mins(1);

/// The runs of a spec: case and seed. Where nothing but times is judged, another schedule than the natural one decides
/// nothing, and is left out.
pub(super) fn which(spec: &Spec, seeds: &[u64]) -> Vec<(usize, u64)> {
    let decides =
        |case: usize, seed: u64| seed == 0 || !seeds.contains(&0) || depends_on_schedule(spec, &spec.cases[case]);
    (0..spec.cases.len())
        .flat_map(|case| seeds.iter().map(move |seed| (case, *seed)))
        .filter(|(case, seed)| decides(*case, *seed))
        .collect()
}

/// Seeds are tried so many at once at first, and ever more: after each wave the cases are left out of which all is known.
const FIRST_WAVE: usize = 8;

/// The waves in which seeds are tried: one, and then ever more.
fn waves(seeds: &[u64]) -> Vec<&[u64]> {
    let (first, mut left) = seeds.split_at(seeds.len().min(1));
    let mut waves = vec![first];
    let mut size = FIRST_WAVE;
    while !left.is_empty() {
        let (wave, rest) = left.split_at(size.min(left.len()));
        waves.push(wave);
        left = rest;
        size *= 2;
    }
    waves
}

/// One time through all cases and schedules of a submission.
pub(super) struct Round<'a> {
    pub(super) turn: &'a Turn<'a>,
    pub(super) engine: &'a dyn Engine,
    pub(super) spec: &'a Spec,
    pub(super) program: &'a Program,
    pub(super) seeds: &'a [u64],
    pub(super) interrupt: &'a Interrupt,
    pub(super) memory: &'a dyn Memory,
    pub(super) number: u32,
    /// Whether more schedules of a case can change nothing, by the runs so far.
    pub(super) settled: &'a dyn Fn(usize, &[CaseRun]) -> bool,
}

impl Round<'_> {
    /// Makes the runs that are not known yet, keeps each as it ends, and tells of each. Those that can change nothing are left
    /// out: other schedules of a program that has one thread, or of a case in which all has failed that can.
    pub(super) fn run(&self, done: &(dyn Fn(&str, u64) + Sync)) -> Result<Vec<CaseRun>, OurFault> {
        let all = which(self.spec, self.seeds);
        let mut runs: Vec<CaseRun> = Vec::new();
        let mut places: BTreeMap<usize, Places> = BTreeMap::new();
        for wave in waves(self.seeds) {
            let mut open: Vec<RunKey> = Vec::new();
            let settled: BTreeSet<usize> =
                (0..self.spec.cases.len()).filter(|case| self.is_over(*case, &runs)).collect();
            let so_far = runs.len();
            for (case, schedule) in all.iter().copied().filter(|(_, seed)| wave.contains(seed)) {
                if settled.contains(&case) {
                    done(&self.spec.cases[case].name, schedule);
                    continue;
                }
                let key = RunKey { round: self.number, case, schedule };
                match self.memory.known(key)? {
                    Some(trace) => {
                        runs.push(CaseRun { case_index: case, schedule, trace });
                        done(&self.spec.cases[case].name, schedule);
                    }
                    None => open.push(key),
                }
            }
            self.survey(&open, &mut places)?;
            runs.extend(self.make(&open, &places, done)?);
            if runs.len() > so_far {
                runs.sort_by_key(|run| (run.case_index, run.schedule));
            }
        }
        Ok(runs)
    }

    fn is_over(&self, case: usize, runs: &[CaseRun]) -> bool {
        let natural = runs.iter().find(|run| run.case_index == case && run.schedule == 0);
        // The fixture has threads, too.
        let alone = !self.spec.cases[case].http && natural.is_some_and(|run| run.trace.end.threads < 2);
        alone || (natural.is_some() && (self.settled)(case, runs))
    }

    /// Surveys the cases of which schedules are open, once each.
    fn survey(&self, open: &[RunKey], places: &mut BTreeMap<usize, Places>) -> Result<(), OurFault> {
        let cases: BTreeSet<usize> = open.iter().filter(|key| key.schedule != 0).map(|key| key.case).collect();
        let new: Vec<usize> = cases.into_iter().filter(|case| !places.contains_key(case)).collect();
        let requests: Vec<RunRequest> = new
            .iter()
            .map(|case| {
                let key = RunKey { round: self.number, case: *case, schedule: 0 };
                request(self.engine, self.spec, self.program, self.interrupt, key)
            })
            .collect();
        places.extend(new.into_iter().zip(self.turn.survey_all(self.engine, &requests)?));
        Ok(())
    }

    fn make(
        &self,
        open: &[RunKey],
        places: &BTreeMap<usize, Places>,
        done: &(dyn Fn(&str, u64) + Sync),
    ) -> Result<Vec<CaseRun>, OurFault> {
        let requests: Vec<RunRequest> = open
            .iter()
            .map(|key| {
                let places = places.get(&key.case).filter(|_| key.schedule != 0).cloned().unwrap_or_default();
                RunRequest { places, ..request(self.engine, self.spec, self.program, self.interrupt, *key) }
            })
            .collect();
        let mut not_kept = None;
        let traces = self.turn.run_all(self.engine, &requests, &mut |index, trace| {
            let key = open[index];
            // What was cut short by Ctrl-C says nothing of the program.
            if trace.end.ended != Ended::Interrupted
                && let Err(error) = self.memory.keep(key, &own_paths(trace.clone(), self.program))
            {
                not_kept.get_or_insert(error);
            }
            done(&self.spec.cases[key.case].name, key.schedule);
        })?;
        if let Some(error) = not_kept {
            return Err(error.into());
        }
        let runs = open.iter().zip(traces);
        Ok(runs
            .map(|(key, trace)| CaseRun {
                case_index: key.case,
                schedule: key.schedule,
                trace: own_paths(trace, self.program),
            })
            .collect())
    }
}

/// What an engine is asked for.
pub(super) fn request(
    engine: &dyn Engine,
    spec: &Spec,
    program: &Program,
    interrupt: &Interrupt,
    key: RunKey,
) -> RunRequest {
    let case = &spec.cases[key.case];
    let mut argv = program.argv.clone();
    argv.extend(case.args.iter().map(Into::into));
    RunRequest {
        argv,
        env: program.env.clone(),
        // A fresh folder, made and removed where it runs.
        cwd: PathBuf::new(),
        stdin: case.stdin.clone().into_bytes(),
        limits: spec.limits.clone(),
        real_limit: if engine.is_virtual() { PATIENCE } else { spec.limits.time.as_std() },
        schedule: key.schedule,
        places: Vec::new(),
        http: case.http,
        interrupt: interrupt.clone(),
    }
}

/// What a run says of our copy of the source, it shall say of the student's file.
pub(super) fn own_paths(mut trace: Trace, program: &Program) -> Trace {
    for event in &mut trace.events {
        if let EventKind::Line { text, .. } = &mut event.kind
            && let std::borrow::Cow::Owned(own) = program.with_own_path(text)
        {
            *text = own;
        }
    }
    trace
}

/// What the runs used of time that the engine does not cover, each name once.
pub(super) fn unvirtualised(runs: &[CaseRun]) -> Vec<String> {
    let mut names: Vec<String> = runs.iter().flat_map(|run| run.trace.end.unvirtualised.iter().cloned()).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::waves;

    #[test]
    fn the_natural_schedule_is_a_wave_of_its_own_and_the_others_come_in_their_order() {
        let seeds: Vec<u64> = (0..32).collect();
        let all = waves(&seeds);
        assert_eq!(all.iter().map(|wave| wave.len()).collect::<Vec<_>>(), [1, 8, 16, 7]);
        assert_eq!(all.concat(), seeds);
        assert_eq!(waves(&[17]), [[17]]);
    }
}
