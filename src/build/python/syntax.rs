use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Interpreter, Packages};
use crate::build::cache::failed;
use crate::build::fingerprint::Fingerprint;
use crate::build::spawn::{self, Ended, Policy};
use crate::build::store::Kept;
use crate::build::{BuildError, BuildOutcome, Builder, Program, Submission, environment, message, tail};

/// Compiles, and runs nothing of the submission.
const CHECK: &str = include_str!("syntax.py");
/// The name of the copy that runs.
const SOURCE: &str = "main.py";
/// What reading a source may use.
const POLICY: Policy = Policy {
    real: Duration::from_mins(1),
    cpu: Some(Duration::from_secs(20)),
    memory: Some(2 << 30),
    keep: 64 << 10,
    flood: 8 << 20,
};

/// The program, if it was checked before.
pub(super) fn find(
    builder: &Builder<'_>,
    interpreter: &Interpreter,
    packages: Option<&Packages>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Option<Program> {
    let python = packages.map_or(&interpreter.path, |packages| &packages.python);
    let kept = builder.store.find(&key(interpreter, source))?;
    Some(ready(python, kept, true, submission, colour))
}

fn key(interpreter: &Interpreter, source: &[u8]) -> String {
    tools(interpreter).bytes(source).finish()
}

pub(super) fn check(
    builder: &Builder<'_>,
    interpreter: &Interpreter,
    packages: Option<&Packages>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Result<BuildOutcome, BuildError> {
    let python = packages.map_or(&interpreter.path, |packages| &packages.python);
    let key = key(interpreter, source);
    if let Some(kept) = builder.store.find(&key) {
        return Ok(BuildOutcome::Ready(ready(python, kept, true, submission, colour)));
    }
    let scratch = builder.cache.scratch()?;
    // A copy: the student may save the file again between two runs of a grading.
    let copy = scratch.path().join(SOURCE);
    fs::write(&copy, source).map_err(failed("write", &copy))?;
    let mut command = Command::new(&interpreter.path);
    command.args(["-I", "-B", "-c", CHECK]).arg(&copy).arg(message::PLACE);
    command.env_clear().env("LANG", "C.UTF-8").env("FORCE_COLOR", "1").current_dir(scratch.path());
    let finished = spawn::run(command, POLICY, &builder.interrupt, &mut |_, _| {})?;

    let said = message::text(&finished.stderr);
    let over = finished.status.signal() == Some(Signal::SIGXCPU as i32) || finished.ended == Some(Ended::Flood);
    if finished.status.success() && !over {
        let kept = builder.store.keep(&key, scratch, SOURCE, &said)?;
        return Ok(BuildOutcome::Ready(ready(python, kept, false, submission, colour)));
    }
    if finished.status.code() != Some(1) && !over {
        return Err(BuildError::Crashed {
            program: interpreter.path.clone(),
            status: finished.status,
            output: tail(&said),
        });
    }
    let said = if over { format!("{said}\nerror: reading it takes too long\n") } else { said };
    Ok(BuildOutcome::Failed { output: message::shown(&said, &submission.path, colour), took: Duration::ZERO })
}

/// Everything but the source that decides whether it can be run.
pub(super) fn tools(interpreter: &Interpreter) -> Fingerprint {
    Fingerprint::new("python/1").text(CHECK).text(&interpreter.full)
}

fn ready(python: &Path, kept: Kept, cached: bool, submission: &Submission, colour: bool) -> Program {
    Program {
        argv: vec![python.as_os_str().to_owned(), kept.file.clone().into_os_string()],
        env: environment::of_python_runs(),
        cached,
        took: Duration::ZERO,
        warnings: message::shown(&kept.warnings, &submission.path, colour),
        copy_of: Some((kept.file, submission.path.clone())),
    }
}
