//! Asking a tool what it is, and remembering the answer for as long as the tool stays the same.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::spawn::{self, Policy};
use super::{BuildError, CacheDir};

/// The folder of remembered answers within the cache.
const FOLDER: &str = "probes";
/// A tool answers what it is in milliseconds; rustup may first have to install it.
const POLICY: Policy =
    Policy { real: Duration::from_mins(5), cpu: None, memory: None, keep: 64 << 10, flood: 16 << 20 };

/// The answer that was remembered under this key, if `holds` says that it still does; else a new one.
pub(super) fn remembered<T: DeserializeOwned + Serialize>(
    cache: &CacheDir,
    key: &str,
    holds: impl FnOnce(&T) -> bool,
    ask: impl FnOnce() -> Result<T, BuildError>,
) -> Result<T, BuildError> {
    let name = format!("{key}.json");
    let kept = std::fs::read(cache.path(FOLDER).join(&name)).ok();
    if let Some(kept) = kept.and_then(|kept| serde_json::from_slice(&kept).ok()).filter(holds) {
        return Ok(kept);
    }
    let found = ask()?;
    if let Ok(json) = serde_json::to_vec(&found) {
        // Not being able to remember is no reason to fail: whoever needs to write says so.
        let _ = cache.write(FOLDER, &name, &json);
    }
    Ok(found)
}

/// What the program prints when it is asked.
pub(super) fn answer(program: &Path, arguments: &[&str], interrupt: &AtomicBool) -> Result<String, BuildError> {
    let mut command = Command::new(program);
    // What it complains of is shown: a trace of its calls, which continuous integration likes to ask for, helps nobody.
    command.args(arguments).env("RUST_BACKTRACE", "0");
    let finished = spawn::run(command, POLICY, interrupt, &mut |_, _| {})?;
    let unusable = |cause| BuildError::Unusable { path: program.to_owned(), cause };
    if !finished.status.success() {
        let said = String::from_utf8_lossy(&finished.stderr);
        return Err(unusable(if said.trim().is_empty() {
            finished.status.to_string()
        } else {
            said.trim().to_owned()
        }));
    }
    String::from_utf8(finished.stdout).map_err(|error| unusable(error.to_string()))
}

/// Where tools are looked for: taken from the environment once, so that all of a builder's work agrees on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// `PATH`.
    pub(super) path: Option<OsString>,
    /// `RUSTC`: the compiler that the person wants instead of the one in `PATH`.
    pub(super) rustc: Option<OsString>,
}

impl Search {
    pub(super) fn from_environment() -> Self {
        Self { path: env::var_os("PATH"), rustc: env::var_os("RUSTC").filter(|name| !name.is_empty()) }
    }

    /// The file of this program; a name with a slash is itself.
    pub(super) fn which(&self, name: impl AsRef<Path>) -> Option<PathBuf> {
        let name = name.as_ref();
        if name.components().count() > 1 {
            return is_executable(name).then(|| name.to_owned());
        }
        env::split_paths(self.path.as_ref()?)
            .map(|folder| folder.join(name))
            .find(|file| file.is_absolute() && is_executable(file))
    }
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && nix::unistd::access(path, nix::unistd::AccessFlags::X_OK).is_ok()
}
