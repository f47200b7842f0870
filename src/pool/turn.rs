use std::sync::mpsc;
use std::time::Duration;

use super::crew::Task;
use super::protocol::{Answer, Job};
use super::{Pool, PoolError};
use crate::build::{BuildError, BuildOutcome, Builder, Submission};
use crate::engine::{Engine, EngineSettings, PATIENCE, Places, RunRequest};
use crate::trace::Trace;

/// How long a build may take: more than any of its own limits.
const LONGEST_BUILD: Duration = Duration::from_mins(6);

/// A submission's turn at the pool: whoever took it earlier is served first, and later ones fill the gaps.
#[derive(Debug)]
pub struct Turn<'a> {
    pub(super) pool: &'a Pool,
    pub(super) number: u64,
    pub(super) label: String,
    /// What it is called in [`Pool::workers`], when not by its label.
    pub(super) called: Option<String>,
}

/// What a job is called.
#[derive(Clone, Debug)]
pub(super) struct Label {
    /// In messages, which may become a part of a result: it names nobody.
    pub(super) of_job: String,
    /// In what is said of workers.
    pub(super) of_worker: String,
}

impl Turn<'_> {
    /// The same, called so in [`Pool::workers`].
    #[must_use]
    pub fn called(mut self, called: Option<String>) -> Self {
        self.called = called;
        self
    }

    fn label(&self, verb: &str, behind: &str) -> Label {
        let of = |name: &str| format!("{verb} {name}{behind}");
        Label { of_job: of(&self.label), of_worker: of(self.called.as_ref().unwrap_or(&self.label)) }
    }

    /// Builds a submission in a worker, or finds it built. What takes long and is done once (the course's libraries) is
    /// done here, with the builder's events.
    ///
    /// # Errors
    /// As [`Builder::build`]; or when two workers failed over it.
    pub fn build(
        &self,
        builder: &Builder<'_>,
        submission: &Submission,
        source: &[u8],
        colour: bool,
    ) -> Result<BuildOutcome, PoolError> {
        if let Some(found) = builder.find_source(submission, source, colour)? {
            return Ok(found);
        }
        let job =
            Job::Build { builder: builder.settings(), submission: submission.clone(), source: source.to_vec(), colour };
        let label = self.label("build", "");
        let mut built = None;
        self.all(vec![(1, label, LONGEST_BUILD, job)], &mut |_, answer| {
            if let Answer::Built(outcome) = answer {
                built = Some(outcome);
            }
            Ok(())
        })?;
        // None: it was forgotten.
        Ok(built.unwrap_or(Err(BuildError::Interrupted))?)
    }

    /// Runs every request and returns the traces in the requests' order. Under a virtual clock runs stand side by side;
    /// under the machine's, each has the machine for itself (but see [`Pool::sharing_the_clock`]). A request without a
    /// working directory gets a fresh one. `done` is told of each run that ended, by its index, and of what it did, as
    /// soon as it ends.
    ///
    /// # Errors
    /// The first error of the engine, or the first run over which two workers failed; runs that had not begun by then
    /// are not begun.
    pub fn run_all(
        &self,
        engine: &dyn Engine,
        requests: &[RunRequest],
        done: &mut dyn FnMut(usize, &Trace),
    ) -> Result<Vec<Trace>, PoolError> {
        let Some(settings) = engine.settings() else { return run_here(engine, requests, done) };
        let jobs = requests.iter().map(|request| self.run_job(engine, &settings, request)).collect();
        let mut traces: Vec<Option<Trace>> = requests.iter().map(|_| None).collect();
        self.all(jobs, &mut |index, answer| {
            let Answer::Ran(trace) = answer else { return Ok(()) };
            let trace = trace?;
            done(index, &trace);
            traces[index] = Some(trace);
            Ok(())
        })?;
        all_of(traces)
    }

    /// Surveys the program of every request ([`Engine::survey`]); the answers are in the requests' order.
    ///
    /// # Errors
    /// As [`Turn::run_all`].
    pub fn survey_all(&self, engine: &dyn Engine, requests: &[RunRequest]) -> Result<Vec<Places>, PoolError> {
        let Some(settings) = engine.settings() else {
            return Ok(requests.iter().map(|request| engine.survey(request)).collect::<Result<_, _>>()?);
        };
        let jobs = requests.iter().map(|request| {
            let (need, processors) = self.need(engine, request);
            let job = Job::Survey { engine: settings.clone(), request: Box::new(request.clone()), processors };
            (need, self.label("survey", ""), request.real_limit, job)
        });
        let mut found: Vec<Option<Places>> = requests.iter().map(|_| None).collect();
        self.all(jobs.collect(), &mut |index, answer| {
            if let Answer::Surveyed(places) = answer {
                found[index] = Some(places?);
            }
            Ok(())
        })?;
        all_of(found)
    }

    /// How many slots a run needs, and how many processors.
    fn need(&self, engine: &dyn Engine, request: &RunRequest) -> (usize, usize) {
        // Who is to be seen computing side by side needs the processors for itself.
        let processors = usize::try_from(request.limits.processors).unwrap_or(usize::MAX);
        let alone = !engine.is_virtual() && !self.pool.settings.shares_the_clock;
        (if alone { usize::MAX } else { processors }, processors)
    }

    fn run_job(
        &self,
        engine: &dyn Engine,
        settings: &EngineSettings,
        request: &RunRequest,
    ) -> (usize, Label, Duration, Job) {
        let (need, processors) = self.need(engine, request);
        let label = self.label("run", &format!(" (schedule {})", request.schedule));
        let job = Job::Run { engine: settings.clone(), request: Box::new(request.clone()), processors };
        let longest = if engine.is_virtual() { request.real_limit * PATIENCE } else { request.real_limit };
        (need, label, longest, job)
    }

    /// Has the jobs done, and takes each answer as it comes. At the first error the rest is not begun.
    fn all(
        &self,
        jobs: Vec<(usize, Label, Duration, Job)>,
        take: &mut dyn FnMut(usize, Answer) -> Result<(), PoolError>,
    ) -> Result<(), PoolError> {
        let crew = self.pool.crew()?;
        let group = self.pool.next_number();
        let (answer, answers) = mpsc::channel();
        let tasks = jobs.into_iter().enumerate().map(|(index, (need, label, limit, job))| {
            (need, Task { job, label, limit, group, index, answer: answer.clone() })
        });
        crew.push(self.number, tasks);
        drop(answer);
        let mut failed = None;
        // It ends when each has answered or was forgotten.
        for (index, answer) in answers {
            let taken = answer.and_then(|answer| if failed.is_none() { take(index, answer) } else { Ok(()) });
            if let Err(error) = taken {
                failed.get_or_insert(error);
                crew.forget(|task| task.group == group);
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Every answer; none is there when some were forgotten.
fn all_of<T>(answers: Vec<Option<T>>) -> Result<Vec<T>, PoolError> {
    answers.into_iter().collect::<Option<_>>().ok_or(PoolError::Interrupted)
}

/// With an engine that only this process has: one after the other.
fn run_here(
    engine: &dyn Engine,
    requests: &[RunRequest],
    done: &mut dyn FnMut(usize, &Trace),
) -> Result<Vec<Trace>, PoolError> {
    let mut traces = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let trace = engine.run(request)?;
        done(index, &trace);
        traces.push(trace);
    }
    Ok(traces)
}
