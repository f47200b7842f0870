//! From a built program to the traces of its cases.

use std::path::PathBuf;
use std::time::Duration;

use super::{Memory, OurFault, RunKey};
use crate::build::Program;
use crate::check::{CaseRun, depends_on_schedule};
use crate::course::model::Spec;
use crate::engine::{Engine, Interrupt, RunRequest};
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
}

impl Round<'_> {
    /// Makes the runs that are not known yet, keeps each as it ends, and tells of each.
    pub(super) fn run(&self, done: &(dyn Fn(&str, u64) + Sync)) -> Result<Vec<CaseRun>, OurFault> {
        let mut runs: Vec<CaseRun> = Vec::new();
        let mut open: Vec<RunKey> = Vec::new();
        for (case, schedule) in which(self.spec, self.seeds) {
            let key = RunKey { round: self.number, case, schedule };
            match self.memory.known(key)? {
                Some(trace) => {
                    runs.push(CaseRun { case_index: case, schedule, trace });
                    done(&self.spec.cases[case].name, schedule);
                }
                None => open.push(key),
            }
        }
        runs.extend(self.make(&open, done)?);
        runs.sort_by_key(|run| (run.case_index, run.schedule));
        Ok(runs)
    }

    fn make(&self, open: &[RunKey], done: &(dyn Fn(&str, u64) + Sync)) -> Result<Vec<CaseRun>, OurFault> {
        let requests: Vec<RunRequest> =
            open.iter().map(|key| request(self.engine, self.spec, self.program, self.interrupt, *key)).collect();
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
