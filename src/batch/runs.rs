//! From a built program to the traces of its cases.

use std::time::Duration;

use tempfile::TempDir;

use super::OurFault;
use crate::build::Program;
use crate::check::{CaseRun, depends_on_schedule};
use crate::course::model::Spec;
use crate::engine::{Engine, Interrupt, RunRequest};
use crate::pool::Pool;
use crate::trace::{EventKind, Trace};

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

/// Runs each case under each schedule and tells of each run that ended.
pub(super) fn run_all(
    pool: &Pool,
    engine: &dyn Engine,
    spec: &Spec,
    program: &Program,
    seeds: &[u64],
    interrupt: &Interrupt,
    done: &(dyn Fn(&str, u64) + Sync),
) -> Result<Vec<CaseRun>, OurFault> {
    let which = which(spec, seeds);
    let folders: Vec<TempDir> = which
        .iter()
        .map(|_| tempfile::Builder::new().prefix("grade-run-").tempdir())
        .collect::<Result<_, _>>()
        .map_err(OurFault::Folder)?;
    let requests: Vec<RunRequest> = which
        .iter()
        .zip(&folders)
        .map(|((case, seed), folder)| {
            let case = &spec.cases[*case];
            let mut argv = program.argv.clone();
            argv.extend(case.args.iter().map(Into::into));
            RunRequest {
                argv,
                env: program.env.clone(),
                cwd: folder.path().to_owned(),
                stdin: case.stdin.clone().into_bytes(),
                limits: spec.limits.clone(),
                real_limit: if engine.is_virtual() { PATIENCE } else { spec.limits.time.as_std() },
                schedule: *seed,
                http: case.http,
                interrupt: interrupt.clone(),
            }
        })
        .collect();
    let traces = pool.run_all(engine, &requests, &|index| {
        let (case, seed) = which[index];
        done(&spec.cases[case].name, seed);
    })?;
    Ok(which
        .into_iter()
        .zip(traces)
        .map(|((case_index, schedule), trace)| CaseRun { case_index, schedule, trace: own_paths(trace, program) })
        .collect())
}

/// What a run says of our copy of the source, it shall say of the student's file.
fn own_paths(mut trace: Trace, program: &Program) -> Trace {
    for event in &mut trace.events {
        if let EventKind::Line { text, .. } = &mut event.kind {
            *text = program.with_own_path(text).into_owned();
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
