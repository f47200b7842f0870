use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::Interpreter;
use crate::build::cache::{failed, forget_others};
use crate::build::fingerprint::Fingerprint;
use crate::build::lock::Lock;
use crate::build::output::Lines;
use crate::build::spawn::{self, Finished, Policy};
use crate::build::{BuildError, Builder, CacheDir, tail};
use crate::event::GradeEvent;

/// The packages that a submission may import.
const OFFERED: [&str; 1] = ["aiohttp"];
/// Their versions, and those of what they need.
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// The folder of virtual environments within the cache.
const FOLDER: &str = "python";
/// The mark of a whole environment; the last thing that is written.
const WHOLE: &str = "whole";
/// pip may download on a slow line.
const PIP: Policy = Policy { real: Duration::from_mins(15), cpu: None, memory: None, keep: 1 << 20, flood: 64 << 20 };
/// Said when there is no pip to be had.
const NO_PIP: &str = "install pip and venv for this interpreter (Debian and Ubuntu: `sudo apt install python3-venv`), then run the same command again";

/// The course's packages in a virtual environment.
#[derive(Debug)]
pub(in crate::build) struct Packages {
    /// The environment's interpreter.
    pub(in crate::build) python: PathBuf,
}

/// Whether the source names one of the packages. A mention in a comment counts too: that costs time and no verdict.
pub(super) fn are_mentioned(source: &[u8]) -> bool {
    source
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .any(|word| OFFERED.iter().any(|name| name.as_bytes() == word))
}

impl Packages {
    /// The environment, if it was made before.
    pub(in crate::build) fn find(cache: &CacheDir, interpreter: &Interpreter) -> Option<Self> {
        let folder = cache.path(FOLDER).join(key(interpreter));
        let python = folder.join("bin/python");
        (folder.join(WHOLE).is_file() && python.is_file()).then_some(Self { python })
    }

    /// The environment, made when it is not there; one process makes it, the others wait for it.
    pub(super) fn ready(
        builder: &Builder<'_>,
        interpreter: &Interpreter,
        exercise: Option<&str>,
    ) -> Result<Self, BuildError> {
        if let Some(found) = Self::find(&builder.cache, interpreter) {
            return Ok(found);
        }
        let key = key(interpreter);
        let folder = builder.cache.folder(FOLDER)?;
        let started = Instant::now();
        let _lock = Lock::take(&folder.join(format!("{key}.lock")), &builder.interrupt, || {
            let what = "waiting for another grade that installs the course's Python packages".to_owned();
            builder.events.emit(GradeEvent::SetupStarted { what });
        })?;
        if let Some(found) = Self::find(&builder.cache, interpreter) {
            builder.events.emit(GradeEvent::SetupFinished { took: started.elapsed() });
            return Ok(found);
        }
        let needed = exercise.map(|exercise| format!(", needed by {exercise}")).unwrap_or_default();
        let what = format!("installing the course's Python packages (once{needed})");
        builder.events.emit(GradeEvent::SetupStarted { what });
        let made = make(builder, interpreter, &folder.join(key));
        builder.events.emit(GradeEvent::SetupFinished { took: started.elapsed() });
        made?;
        Self::find(&builder.cache, interpreter).ok_or_else(|| BuildError::Cache {
            operation: "find what was just made in",
            path: folder,
            cause: io::ErrorKind::NotFound.into(),
        })
    }
}

pub(super) fn key(interpreter: &Interpreter) -> String {
    Fingerprint::new("packages/1").text(&interpreter.path).text(&interpreter.full).text(REQUIREMENTS).finish()
}

/// Made beside the final place, then renamed: an environment finds itself by where its interpreter stands.
fn make(builder: &Builder<'_>, interpreter: &Interpreter, target: &Path) -> Result<(), BuildError> {
    let scratch = builder.cache.scratch()?;
    let environment = scratch.path().join("environment");
    let requirements = scratch.path().join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(failed("write", &requirements))?;

    // Without pip: copying it in takes longer than all the rest, and Debian parts it from Python.
    let mut venv = Command::new(&interpreter.path);
    venv.args(["-I", "-m", "venv", "--without-pip"]).arg(&environment);
    let finished = run(builder, venv)?;
    if !finished.status.success() {
        return Err(failure(&finished));
    }

    let python = environment.join("bin/python");
    let mut ours = Command::new(&interpreter.path);
    ours.args(["-I", "-m", "pip", "--python"]).arg(&python);
    let mut installed = run(builder, install(ours, &requirements))?;
    if !installed.status.success() && lacks_pip(&installed) {
        let mut ensure = Command::new(&python);
        ensure.args(["-I", "-m", "ensurepip"]);
        let ensured = run(builder, ensure)?;
        if !ensured.status.success() {
            return Err(failure(&ensured));
        }
        let mut own = Command::new(&python);
        own.args(["-I", "-m", "pip"]);
        installed = run(builder, install(own, &requirements))?;
    }
    if !installed.status.success() {
        return Err(failure(&installed));
    }

    let mark = environment.join(WHOLE);
    fs::write(&mark, "").map_err(failed("write", &mark))?;
    // Only there when it was damaged: a whole one would have been found.
    let _ = fs::remove_dir_all(target);
    fs::rename(&environment, target).map_err(failed("create", target))?;
    if let (Some(folder), Some(key)) = (target.parent(), target.file_name()) {
        forget_others(folder, &key.to_string_lossy());
    }
    Ok(())
}

fn install(mut pip: Command, requirements: &Path) -> Command {
    pip.args(["install", "--no-deps", "--prefer-binary", "--no-input", "--disable-pip-version-check"]);
    pip.args(["--progress-bar", "off", "--no-warn-script-location", "-r"]).arg(requirements);
    pip
}

fn run(builder: &Builder<'_>, mut command: Command) -> Result<Finished, BuildError> {
    // An activated environment and its settings are not the course's. pip's own settings (mirrors) stay.
    for name in
        ["VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"]
    {
        command.env_remove(name);
    }
    let mut lines = Lines::default();
    spawn::run(command, PIP, &builder.interrupt, &mut |_, piece| {
        lines.add(piece, |line| {
            if let Some(step) = step(line) {
                builder.events.emit(GradeEvent::SetupProgress { step });
            }
        });
    })
}

/// `Collecting aiohttp==3.13.2 (from …)` as a step that a person may want to see.
fn step(line: &str) -> Option<String> {
    if line.starts_with("Installing collected packages") {
        return Some("installing them".to_owned());
    }
    let package = line.strip_prefix("Collecting ")?.split_whitespace().next()?;
    Some(format!("collecting {}", package.replace("==", " ")))
}

fn said(finished: &Finished) -> String {
    let out = String::from_utf8_lossy(&finished.stdout);
    let err = String::from_utf8_lossy(&finished.stderr);
    // What went well fills standard output; what did not stands in standard error, if anything does.
    if err.trim().is_empty() { out.into_owned() } else { err.into_owned() }
}

/// No pip at all, or one that does not know `--python` yet (22.3).
fn lacks_pip(finished: &Finished) -> bool {
    let said = said(finished);
    said.contains("No module named pip") || said.contains("no such option: --python")
}

fn failure(finished: &Finished) -> BuildError {
    let said = said(finished);
    let signs =
        ["Failed to establish", "connection", "Temporary failure", "timed out", "resolve", "No matching distribution"];
    let network = signs.iter().any(|sign| said.contains(sign));
    let help = if said.contains("ensurepip") || said.contains("No module named") {
        NO_PIP
    } else if network {
        "connect to the network and run the same command again; after that no network is needed"
    } else {
        "pip said what it needs; after that run the same command again"
    };
    BuildError::SetUp { operation: "install the course's Python packages", network, output: tail(&said), help }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_mentioned_by_its_whole_name() {
        assert!(are_mentioned(b"import aiohttp\n"));
        assert!(are_mentioned(b"importlib.import_module('aiohttp.client')"));
        assert!(!are_mentioned(b"import asyncio, myaiohttp\n"));
    }

    #[test]
    fn what_pip_says_becomes_steps() {
        assert_eq!(step("Collecting aiohttp==3.13.2 (from -r x (line 2))").unwrap(), "collecting aiohttp 3.13.2");
        assert_eq!(step("  Downloading aiohttp.whl"), None);
    }

    #[test]
    fn every_requirement_is_pinned() {
        let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.contains("==")));
        assert!(OFFERED.iter().all(|name| lines.clone().any(|line| line.starts_with(name))));
    }
}
