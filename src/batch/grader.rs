use std::borrow::Cow;
use std::cell::Cell;
use std::path::PathBuf;
use std::time::Instant;

use super::last_words::last_words;
use super::runs::{Round, unvirtualised, which};
use super::summary::summarise;
use super::{Engines, Forgetful, Interrupted, Memory, OurFault, RunKey, Seeds};
use crate::build::{BuildOutcome, Builder, Program, Submission};
use crate::check::verdict::{BuildSummary, CheckResult, ExerciseResult, SCHEMA, Status, Verdict};
use crate::check::{CaseRun, Fault, Judgement, SourceText, is_settled, judge};
use crate::course::model::{Exercise, Language};
use crate::engine::{Engine, Interrupt};
use crate::event::{EventSink, GradeEvent};
use crate::pool::{Pool, Turn};
use crate::trace::Trace;
use crate::trace::snapshot::SnapshotFolder;

/// How often a submission is run on the machine's clock before what that clock could not decide stays undecided.
const TRIES_ON_THE_WALL: u32 = 3;

/// Grades submissions, one call each; shared between threads.
pub struct Grader<'a> {
    /// What builds them.
    pub builder: &'a Builder<'a>,
    /// What runs them.
    pub engines: &'a Engines,
    /// Where they are run.
    pub pool: &'a Pool,
    /// Who is told how it goes.
    pub events: &'a dyn EventSink,
    /// Set when the person asks for the end.
    pub interrupt: Interrupt,
}

/// A submission that is to be graded.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Its language.
    pub language: Language,
    /// Its file, as the person knows it.
    pub file: PathBuf,
    /// Its content, when it is at hand; else the file is read.
    pub content: Option<&'a [u8]>,
    /// The schedules that it is run under.
    pub seeds: Seeds,
    /// The command that grades it again, without a schedule: `grade ex07 --lang python`.
    pub command: String,
    /// Whether the compiler's words may hold colours.
    pub colour: bool,
    /// What it is called in what is said of workers while it is graded; none: exercise and language.
    pub called: Option<String>,
}

/// A submission that was graded.
#[derive(Debug)]
pub struct Graded {
    /// What was found.
    pub result: ExerciseResult,
    /// The run in which the first check failed, unless its case is hidden.
    pub failing: Option<Trace>,
    /// The run that a report shows: that in which the first check failed, else the first of a case that is not hidden.
    pub shown: Option<RunKey>,
    /// Every run, in the order of cases and seeds.
    pub runs: Vec<CaseRun>,
    /// Mistakes of the spec's author that came to light.
    pub author_faults: Vec<Fault>,
    /// Why it could not be graded, when the verdict is `grader-error`.
    pub our_fault: Option<OurFault>,
}

impl Grader<'_> {
    /// Builds, runs and judges a submission.
    ///
    /// # Errors
    /// Only when the person asked for the end. All else is a result.
    pub fn grade(&self, task: &Task<'_>) -> Result<Graded, Interrupted> {
        self.grade_with(task, &Forgetful)
    }

    /// As [`Grader::grade`], but makes no run that the memory knows, and has it keep each new one as soon as it ends.
    ///
    /// # Errors
    /// As [`Grader::grade`].
    pub fn grade_with(&self, task: &Task<'_>, memory: &dyn Memory) -> Result<Graded, Interrupted> {
        let spec = &task.exercise.spec;
        let seeds = task.seeds.list(spec.schedules, self.engines.first.has_schedules());
        self.events.emit(GradeEvent::ExerciseStarted {
            exercise: task.exercise.id.clone(),
            language: task.language,
            runs: u32::try_from(which(spec, &seeds).len()).unwrap_or(u32::MAX),
        });
        let turn = self.pool.turn(format!("{} {}", task.exercise.id, task.language)).called(task.called.clone());
        let graded = Rounds { grader: self, turn, task, memory, next: Cell::new(0) }.build_and_judge();
        if self.interrupt.is_set() {
            return Err(Interrupted);
        }
        let graded = graded.unwrap_or_else(|fault| {
            let mut result = blank(task, Verdict::GraderError);
            result.notes.push(fault.to_string());
            Graded {
                result,
                failing: None,
                shown: None,
                runs: Vec::new(),
                author_faults: Vec::new(),
                our_fault: Some(fault),
            }
        });
        self.events.emit(GradeEvent::ExerciseFinished { result: Box::new(graded.result.clone()) });
        Ok(graded)
    }
}

/// One grading: it may run the submission several times through.
struct Rounds<'a> {
    grader: &'a Grader<'a>,
    turn: Turn<'a>,
    task: &'a Task<'a>,
    memory: &'a dyn Memory,
    next: Cell<u32>,
}

impl Rounds<'_> {
    fn build_and_judge(&self) -> Result<Graded, OurFault> {
        let source = match self.task.content {
            Some(content) => Cow::Borrowed(content),
            None => Cow::Owned(std::fs::read(&self.task.file).map_err(OurFault::Submission)?),
        };
        let started = Instant::now();
        let submission = Submission {
            language: self.task.language,
            path: self.task.file.clone(),
            exercise: self.task.exercise.id.clone(),
        };
        let outcome = self.turn.build(self.grader.builder, &submission, &source, self.task.colour)?;
        let ok = matches!(outcome, BuildOutcome::Ready(_));
        self.grader.events.emit(GradeEvent::Built {
            exercise: self.task.exercise.id.clone(),
            ok,
            took: started.elapsed(),
        });
        let nanos = |took: std::time::Duration| u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let program = match outcome {
            BuildOutcome::Ready(program) => program,
            BuildOutcome::Failed { output, took } => {
                let mut result = blank(self.task, Verdict::BuildFailed);
                result.build = BuildSummary { ok: false, ns: nanos(took), output };
                return Ok(Graded {
                    result,
                    failing: None,
                    shown: None,
                    runs: Vec::new(),
                    author_faults: Vec::new(),
                    our_fault: None,
                });
            }
        };
        let build = BuildSummary {
            ok: true,
            ns: if program.cached { 0 } else { nanos(program.took) },
            output: program.warnings.clone(),
        };
        let mut graded = self.run_and_judge(&program, &String::from_utf8_lossy(&source))?;
        graded.result.build = build;
        Ok(graded)
    }

    /// Runs and judges, on the machine's clock when the first engine says that it does not know all of the time.
    fn run_and_judge(&self, program: &Program, source: &str) -> Result<Graded, OurFault> {
        let mut notes: Vec<String> = self.grader.engines.note.iter().cloned().collect();
        let first = &*self.grader.engines.first;
        let runs = self.runs(program, source, first)?;
        let uncovered = unvirtualised(&runs);
        if uncovered.is_empty() {
            return self.judge(program, source, first, runs, notes);
        }
        let uncovered = uncovered.join(", ");
        let Some(wall) = &self.grader.engines.wall else {
            notes.push(format!("times may be wrong: the virtual clock does not cover {uncovered}"));
            return self.judge(program, source, first, runs, notes);
        };
        notes.push(format!("run again on the machine's clock: the virtual one does not cover {uncovered}"));
        let runs = self.runs(program, source, &**wall)?;
        self.judge(program, source, &**wall, runs, notes)
    }

    fn runs(&self, program: &Program, source: &str, engine: &dyn Engine) -> Result<Vec<CaseRun>, OurFault> {
        let spec = &self.task.exercise.spec;
        let seeds = self.task.seeds.list(spec.schedules, engine.has_schedules());
        let id = &self.task.exercise.id;
        let path = self.task.file.to_string_lossy();
        let number = self.next.replace(self.next.get() + 1);
        let round = Round {
            turn: &self.turn,
            engine,
            spec,
            program,
            seeds: &seeds,
            interrupt: &self.grader.interrupt,
            memory: self.memory,
            number,
            settled: &|case, runs| {
                is_settled(spec, case, runs, &self.text(source, &path), engine.observes(), &self.snapshots())
            },
        };
        round.run(&|case, schedule| {
            self.grader.events.emit(GradeEvent::RunFinished { exercise: id.clone(), case: case.to_owned(), schedule });
        })
    }

    fn text<'t>(&self, text: &'t str, path: &'t str) -> SourceText<'t> {
        SourceText { language: self.task.language, text, path }
    }

    fn snapshots(&self) -> SnapshotFolder {
        SnapshotFolder { dir: self.task.exercise.grader.clone(), language: self.task.language.name() }
    }

    /// Judges the runs. On the machine's clock a busy machine may leave a check undecided: then it is tried again.
    fn judge(
        &self,
        program: &Program,
        source: &str,
        engine: &dyn Engine,
        mut runs: Vec<CaseRun>,
        mut notes: Vec<String>,
    ) -> Result<Graded, OurFault> {
        let spec = &self.task.exercise.spec;
        let path = self.task.file.to_string_lossy();
        let (text, snapshots) = (self.text(source, &path), self.snapshots());
        let mut judgement = judge(spec, &runs, &text, engine.observes(), &snapshots);
        for _ in 1..TRIES_ON_THE_WALL {
            let undecided = judgement.checks.iter().any(|check| check.status == Status::Inconclusive);
            if engine.is_virtual() || !undecided || !judgement.faults.is_empty() || self.grader.interrupt.is_set() {
                break;
            }
            runs = self.runs(program, source, engine)?;
            judgement = judge(spec, &runs, &text, engine.observes(), &snapshots);
        }
        notes.extend(self.task.seeds.note(spec.schedules, engine.has_schedules()));
        notes.extend(judgement.faults.iter().map(|fault| format!("the course has a mistake: {fault}")));
        let failing = failing_run(self.task, &judgement, &runs);
        let shown = failing.or_else(|| first_visible(self.task, &runs)).map(|run| RunKey {
            round: self.next.get().saturating_sub(1),
            case: run.case_index,
            schedule: run.schedule,
        });
        let words = failing.and_then(|run| last_words(&spec.cases[run.case_index].name, &run.trace, program));
        notes.extend(words);
        let failing = failing.map(|run| run.trace.clone());
        let mut result = blank(self.task, judgement.verdict());
        result.score = judgement.score();
        result.run = summarise(&runs, spec.cases.len(), engine.contained_how());
        result.replay = replay(self.task, &judgement.checks);
        result.checks = judgement.checks;
        result.notes = notes;
        Ok(Graded { result, failing, shown, runs, author_faults: judgement.faults, our_fault: None })
    }
}

/// The command that shows the first failure again.
fn replay(task: &Task<'_>, checks: &[CheckResult]) -> Option<String> {
    let failed = checks.iter().find(|check| check.status == Status::Failed)?;
    Some(match failed.schedule {
        Some(seed) if seed > 0 => format!("{} --schedule {seed}", task.command),
        _ => task.command.clone(),
    })
}

/// The run in which the first check failed, unless that would tell a hidden case.
fn failing_run<'r>(task: &Task<'_>, judgement: &Judgement, runs: &'r [CaseRun]) -> Option<&'r CaseRun> {
    let failed = judgement.checks.iter().find(|check| check.status == Status::Failed && check.case.is_some())?;
    let cases = &task.exercise.spec.cases;
    let index = cases.iter().position(|case| !case.hidden && Some(&case.name) == failed.case.as_ref())?;
    runs.iter().find(|run| run.case_index == index && Some(run.schedule) == failed.schedule)
}

/// The first run of a case that is not hidden.
fn first_visible<'r>(task: &Task<'_>, runs: &'r [CaseRun]) -> Option<&'r CaseRun> {
    let cases = &task.exercise.spec.cases;
    runs.iter().find(|run| cases.get(run.case_index).is_some_and(|case| !case.hidden))
}

/// A result before anything was judged: every check is open.
fn blank(task: &Task<'_>, verdict: Verdict) -> ExerciseResult {
    let spec = &task.exercise.spec;
    let status = if verdict == Verdict::GraderError { Status::Inconclusive } else { Status::Skipped };
    ExerciseResult {
        schema: SCHEMA.to_owned(),
        exercise: task.exercise.id.clone(),
        language: task.language,
        verdict,
        score: 0,
        max_score: spec.max_score(),
        checks: spec.checks.iter().map(|check| CheckResult::without_finding(check, status)).collect(),
        build: BuildSummary::default(),
        run: None,
        replay: None,
        notes: Vec::new(),
    }
}
