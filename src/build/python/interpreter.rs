use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::build::fingerprint::{Fingerprint, identity};
use crate::build::probe::{self, Search, answer};
use crate::build::{BuildError, CacheDir};

/// How to get an interpreter.
const HELP: &str = "install Python 3.10 or newer (Debian and Ubuntu: `sudo apt install python3 python3-venv`; Fedora: `sudo dnf install python3`; others: https://www.python.org/downloads)";
/// The least version that serves.
const WANTED: (u32, u32) = (3, 10);
/// Asked in isolated mode. The base interpreter: an activated virtual environment is not the course's.
const QUESTION: &str = "import json, os, sys
path = os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable)
print(json.dumps({'path': path, 'version': '%d.%d.%d' % sys.version_info[:3], 'full': sys.version}))";

/// The interpreter behind shims: a pyenv shim costs 166 ms a start, the interpreter itself 16.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::build) struct Interpreter {
    /// The interpreter itself.
    pub(in crate::build) path: PathBuf,
    /// Its version, such as `3.11.7`.
    pub(in crate::build) version: String,
    /// What it says of itself in full.
    pub(in crate::build) full: String,
    /// Its size and times when it was asked.
    #[serde(default)]
    identity: String,
}

impl Interpreter {
    /// The interpreter that `PATH` names.
    ///
    /// # Errors
    /// When there is none, it is too old or does not answer.
    pub(in crate::build) fn find(
        cache: &CacheDir,
        search: &Search,
        interrupt: &AtomicBool,
    ) -> Result<Self, BuildError> {
        let named = search
            .which("python3")
            .or_else(|| search.which("python"))
            .ok_or(BuildError::Missing { program: "python3", help: HELP })?;
        let holds = |kept: &Self| kept.identity == identity(&kept.path);
        probe::remembered(cache, &key(&named), holds, || Self::ask(&named, interrupt))
    }

    fn ask(named: &Path, interrupt: &AtomicBool) -> Result<Self, BuildError> {
        let said = answer(named, &["-I", "-c", QUESTION], interrupt)?;
        let mut found: Self = serde_json::from_str(&said).map_err(|error| BuildError::Unusable {
            path: named.to_owned(),
            cause: format!("it did not say what it is: {error}"),
        })?;
        found.identity = identity(&found.path);
        if found.numbers().is_none_or(|version| version < WANTED) {
            return Err(BuildError::TooOld { path: found.path, found: found.version, wanted: "3.10", help: HELP });
        }
        Ok(found)
    }

    fn numbers(&self) -> Option<(u32, u32)> {
        let mut numbers = self.version.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

/// Everything that decides which interpreter a shim calls.
fn key(named: &Path) -> String {
    let root = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".pyenv")))
        .unwrap_or_default();
    let mut key = Fingerprint::new("python/1").file(named).file(&root.join("version"));
    for name in ["PYENV_VERSION", "PYENV_DIR", "VIRTUAL_ENV"] {
        key = key.variable(name);
    }
    for folder in env::current_dir().unwrap_or_default().ancestors() {
        key = key.file(&folder.join(".python-version"));
    }
    format!("python-{}", key.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(search: &Search) -> Result<Interpreter, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        Interpreter::find(&CacheDir::at(folder.path().join("cache")), search, &AtomicBool::new(false))
    }

    #[test]
    fn no_interpreter_in_the_path_says_how_to_get_one() {
        let error = find(&Search::default()).unwrap_err();
        assert!(matches!(error, BuildError::Missing { program: "python3", .. }), "{error:?}");
        assert!(error.help().unwrap().contains("python3-venv"));
    }

    #[test]
    fn the_interpreter_is_the_real_one() {
        let found = find(&Search::from_environment()).unwrap();
        assert!(found.numbers().unwrap() >= WANTED);
        let start = std::fs::read(&found.path).unwrap();
        assert!(start.starts_with(b"\x7fELF"), "{} is a script", found.path.display());
    }
}
