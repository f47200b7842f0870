use std::time::{Duration, Instant};

use super::runs::{own_paths, request};
use super::{Graded, Grader, Task};
use crate::build::{BuildOutcome, Submission};
use crate::check::verdict::Status;
use crate::check::{CaseRun, SourceText, judge};
use crate::engine::RunRequest;
use crate::folder::Folder;
use crate::schedule::{Switch, minimise};
use crate::trace::Trace;
use crate::trace::snapshot::SnapshotFolder;

/// So many more runs are spent on it, and so much real time.
const RUNS: u32 = 48;
const PATIENCE: Duration = Duration::from_secs(4);

impl Grader<'_> {
    /// The run in which the first check failed under a schedule, made again with as few forced switches as were found with
    /// which it still fails; its trace tells of each. None when no schedule is at fault, when the case is hidden, and when
    /// it does not fail again. What cannot be left out in time stays in.
    pub fn fewest_switches(&self, task: &Task<'_>, graded: &Graded) -> Option<Trace> {
        let spec = &task.exercise.spec;
        let key = graded.shown.filter(|key| key.schedule > 0 && !spec.cases[key.case].hidden)?;
        let failed = graded
            .result
            .checks
            .iter()
            .find(|check| check.status == Status::Failed && check.schedule == Some(key.schedule))?;
        let submission =
            Submission { language: task.language, path: task.file.clone(), exercise: task.exercise.id.clone() };
        let source = match task.content {
            Some(content) => content.to_vec(),
            None => std::fs::read(&task.file).ok()?,
        };
        let BuildOutcome::Ready(program) = self.builder.build_source(&submission, &source, false).ok()? else {
            return None;
        };
        let engine = &*self.engines.first;
        let request = request(engine, spec, &program, &self.interrupt, key);
        let places = {
            let folder = Folder::of_a_run().ok()?;
            engine.survey(&RunRequest { cwd: folder.path().to_owned(), ..request.clone() }).ok()?
        };
        let request = RunRequest { places, ..request };
        let run = |switches: Option<&[Switch]>| {
            let folder = Folder::of_a_run().ok()?;
            let request = RunRequest { cwd: folder.path().to_owned(), ..request.clone() };
            let (trace, switches) = engine.run_under(&request, switches).ok()?;
            Some((own_paths(trace, &program), switches))
        };
        let text = String::from_utf8_lossy(&source);
        let path = task.file.to_string_lossy();
        let source = SourceText { language: task.language, text: &text, path: &path };
        let snapshots = SnapshotFolder { dir: task.exercise.grader.clone(), language: task.language.name() };
        let fails = |trace: &Trace| {
            let run = CaseRun { case_index: key.case, schedule: key.schedule, trace: trace.clone() };
            let judged = judge(spec, &[run], &source, engine.observes(), &snapshots);
            judged.checks.iter().any(|check| check.id == failed.id && check.status == Status::Failed)
        };
        let (_, switches) = run(None)?;
        let began = Instant::now();
        let fewest = minimise(&switches, RUNS, |tried| {
            began.elapsed() < PATIENCE
                && !self.interrupt.is_set()
                && run(Some(tried)).is_some_and(|(trace, _)| fails(&trace))
        });
        let folder = Folder::of_a_run().ok()?;
        let request = RunRequest { cwd: folder.path().to_owned(), ..request.clone() };
        let trace = own_paths(engine.run_shown(&request, &fewest).ok()?, &program);
        fails(&trace).then_some(trace)
    }
}
