use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use super::{Engine, EngineError, RunRequest};
use crate::course::model::Needs;
use crate::trace::{Trace, read_jsonl};

/// Replays recorded traces instead of running anything, so that checks, reports and the pool are tested without a
/// process.
///
/// A trace is found by the program's arguments and the schedule. The arguments are the last ones of the request, so a
/// recording serves whatever interpreter or path stands before them; where several fit, that with most arguments
/// does. A schedule that was not recorded falls back on the natural one only if the recording says so.
#[derive(Clone, Debug, Default)]
pub struct ScriptedEngine {
    traces: BTreeMap<(Vec<String>, u64), Trace>,
    observes: Needs,
    any_schedule: bool,
}

impl ScriptedEngine {
    /// An engine that knows no trace yet and, like the traced one, observes everything.
    pub fn new() -> Self {
        let observes = Needs { threads: true, processes: true, deadlock: true, http: true };
        Self { traces: BTreeMap::new(), observes, any_schedule: false }
    }

    /// Replays this trace for these arguments under the schedule that its header names.
    pub fn with(mut self, args: &[&str], trace: Trace) -> Self {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        self.traces.insert((args, trace.header.schedule), trace);
        self
    }

    /// Replays a trace from a JSON Lines file, for the arguments that its header names behind the program.
    ///
    /// # Errors
    /// When the file cannot be read or is no trace.
    pub fn with_file(mut self, path: &Path) -> Result<Self, EngineError> {
        let not_recorded = |cause: &dyn std::fmt::Display| {
            EngineError::NotRecorded(format!("failed to read the trace `{}`: {cause}", path.display()))
        };
        let file = fs_err::File::open(path).map_err(|cause| not_recorded(&cause))?;
        let trace = read_jsonl(BufReader::new(file)).map_err(|cause| not_recorded(&cause))?;
        let args = trace.header.argv.iter().skip(1).cloned().collect();
        self.traces.insert((args, trace.header.schedule), trace);
        Ok(self)
    }

    /// A schedule that was not recorded replays the natural one.
    pub fn any_schedule(mut self) -> Self {
        self.any_schedule = true;
        self
    }

    /// Pretends to observe only this.
    pub fn observing(mut self, observes: Needs) -> Self {
        self.observes = observes;
        self
    }

    fn find(&self, argv: &[String], schedule: u64) -> Option<&Trace> {
        // The longest tail of the arguments that was recorded: a trace without arguments fits only if none fits better.
        (0..=argv.len()).find_map(|first| self.traces.get(&(argv[first..].to_vec(), schedule)))
    }
}

impl Engine for ScriptedEngine {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn observes(&self) -> Needs {
        self.observes
    }

    fn run(&self, request: &RunRequest) -> Result<Trace, EngineError> {
        let argv: Vec<String> = request.argv.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        self.find(&argv, request.schedule)
            .or_else(|| self.any_schedule.then(|| self.find(&argv, 0)).flatten())
            .cloned()
            .map(|mut trace| {
                trace.header.schedule = request.schedule;
                trace
            })
            .ok_or_else(|| {
                EngineError::NotRecorded(format!("`{}` under schedule {}", argv.join(" "), request.schedule))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::ScriptedEngine;
    use crate::course::model::Limits;
    use crate::engine::{Engine, EngineError, Interrupt, RunRequest};
    use crate::trace::{Builder, write_jsonl};

    fn request(args: &[&str], schedule: u64) -> RunRequest {
        RunRequest {
            argv: ["python3", "main.py"].iter().chain(args).map(Into::into).collect(),
            env: Vec::new(),
            cwd: "/".into(),
            stdin: Vec::new(),
            limits: Limits::default(),
            real_limit: Duration::from_secs(1),
            schedule,
            places: Vec::new(),
            http: false,
            interrupt: Interrupt::default(),
        }
    }

    #[test]
    fn a_trace_is_found_by_arguments_and_schedule() {
        let trace = |text: &str, schedule| Builder::new().schedule(schedule).line(text).build();
        let engine = ScriptedEngine::new()
            .with(&["2"], trace("two", 0))
            .with(&["2"], trace("two, otherwise", 7))
            .with(&[], trace("none", 0));
        let ran = |args: &[&str], schedule| {
            let trace = engine.run(&request(args, schedule))?;
            let found = crate::trace::query::lines(&trace).next().map(|(_, text)| text.to_owned());
            Ok::<_, EngineError>(found.unwrap_or_default())
        };
        assert_eq!(ran(&["2"], 0).unwrap(), "two");
        assert_eq!(ran(&["2"], 7).unwrap(), "two, otherwise");
        assert_eq!(ran(&["3"], 0).unwrap(), "none");
        assert!(matches!(ran(&["2"], 8), Err(EngineError::NotRecorded(_))));
        assert_eq!(engine.clone().any_schedule().run(&request(&["2"], 8)).unwrap().header.schedule, 8);
    }

    #[test]
    fn a_trace_is_replayed_from_its_file() {
        let trace = Builder::new().args(&["1", "2"]).line("hello").build();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.jsonl");
        write_jsonl(&trace, &mut fs_err::File::create(&path).unwrap()).unwrap();
        let engine = ScriptedEngine::new().with_file(&path).unwrap();
        assert_eq!(engine.run(&request(&["1", "2"], 0)).unwrap(), trace);
        assert!(ScriptedEngine::new().with_file(&dir.path().join("none.jsonl")).is_err());
    }
}
