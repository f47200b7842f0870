use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Bare, Interpreter, Packages};
use crate::build::cache::failed;
use crate::build::contain::Compile;
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
    real: Duration::from_mins(10),
    cpu: Some(Duration::from_secs(20)),
    memory: Some(2 << 30),
    keep: 64 << 10,
    flood: 8 << 20,
};

/// The program, if it was checked before.
pub(super) fn find(
    builder: &Builder<'_>,
    bare: &Bare,
    packages: Option<&Packages>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Option<Program> {
    let python = packages.map(|packages| packages.python.clone()).or_else(|| bare.find())?;
    let kept = builder.store.find(&key(&bare.interpreter, source))?;
    Some(ready(&python, kept, true, submission, colour))
}

fn key(interpreter: &Interpreter, source: &[u8]) -> String {
    tools(interpreter).bytes(source).finish()
}

pub(super) fn check(
    builder: &Builder<'_>,
    bare: &Bare,
    packages: Option<&Packages>,
    submission: &Submission,
    source: &[u8],
    colour: bool,
) -> Result<BuildOutcome, BuildError> {
    let python = match packages {
        Some(packages) => packages.python.clone(),
        None => bare.ready(&builder.cache)?,
    };
    let interpreter = &bare.interpreter;
    let key = key(interpreter, source);
    if let Some(kept) = builder.store.find(&key) {
        return Ok(BuildOutcome::Ready(ready(&python, kept, true, submission, colour)));
    }
    let scratch = builder.cache.scratch()?;
    // A copy: the student may save the file again between two runs of a grading.
    let copy = scratch.path().join(SOURCE);
    fs::write(&copy, source).map_err(failed("write", &copy))?;
    let finished = spawn::compile(builder, &call(interpreter, scratch.path()), POLICY)?;

    let said = message::text(&finished.stderr);
    let over = finished.status.signal() == Some(Signal::SIGXCPU as i32) || finished.ended == Some(Ended::Flood);
    if finished.status.success() && !over {
        // Written by us, in a folder that no interpreter could write to.
        let made = builder.cache.scratch()?;
        let kept = made.path().join(SOURCE);
        fs::write(&kept, source).map_err(failed("write", &kept))?;
        let kept = builder.store.keep(&key, made, SOURCE, &said)?;
        return Ok(BuildOutcome::Ready(ready(&python, kept, false, submission, colour)));
    }
    if finished.status.code() != Some(1) && !over {
        let crash =
            BuildError::Crashed { program: interpreter.path.clone(), status: finished.status, output: tail(&said) };
        // An interpreter that dies of this source, and of no other, dies of what is in it.
        let killed = finished.ended.is_some() || finished.status.signal() == Some(Signal::SIGKILL as i32);
        if killed || !is_well(builder, interpreter)? {
            return Err(crash);
        }
        return Ok(BuildOutcome::Failed { output: format!("error: {crash}\n"), took: Duration::ZERO });
    }
    let said = if over { format!("{said}\nerror: reading it takes too long\n") } else { said };
    Ok(BuildOutcome::Failed { output: message::shown(&said, &submission.path, colour), took: Duration::ZERO })
}

/// Everything but the source that decides whether it can be run.
pub(super) fn tools(interpreter: &Interpreter) -> Fingerprint {
    Fingerprint::new("python/1").text(CHECK).text(&interpreter.full)
}

/// Whether the interpreter reads anything at all.
fn is_well(builder: &Builder<'_>, interpreter: &Interpreter) -> Result<bool, BuildError> {
    let scratch = builder.cache.scratch()?;
    let source = scratch.path().join(SOURCE);
    fs::write(&source, "").map_err(failed("write", &source))?;
    Ok(spawn::compile(builder, &call(interpreter, scratch.path()), POLICY)?.status.success())
}

fn call<'a>(interpreter: &Interpreter, folder: &'a Path) -> Compile<'a> {
    let mut argv: Vec<OsString> = vec![interpreter.path.clone().into()];
    // Without its site: nothing that is installed has a part in reading a source.
    argv.extend(["-I", "-S", "-B", "-c", CHECK].map(OsString::from));
    argv.extend([folder.join(SOURCE).into(), message::PLACE.into()]);
    let env = vec![("LANG".into(), "C.UTF-8".into()), ("FORCE_COLOR".into(), "1".into())];
    Compile { argv, env, folder, reads: Vec::new() }
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
