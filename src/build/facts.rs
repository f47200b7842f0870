use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::probe::Search;
use super::python::{Interpreter, Packages};
use super::rust::{Libraries, Toolchain};
use super::{BuildError, CacheDir};

/// What this machine offers for building, for `grade doctor`.
#[derive(Debug)]
pub struct Facts {
    /// The cache folder.
    pub cache: PathBuf,
    /// Why the cache folder cannot be written, when it cannot.
    pub cache_error: Option<BuildError>,
    /// The Rust compiler.
    pub rust: Result<RustFacts, BuildError>,
    /// The Python interpreter.
    pub python: Result<PythonFacts, BuildError>,
}

/// What is known of the Rust compiler.
#[derive(Clone, Debug)]
pub struct RustFacts {
    /// The compiler itself, past the rustup proxy.
    pub rustc: PathBuf,
    /// Its version, such as `1.95.0`.
    pub version: String,
    /// Cargo, which builds the libraries once.
    pub cargo: Option<PathBuf>,
    /// Whether the course's libraries are built.
    pub libraries_ready: bool,
}

/// What is known of the Python interpreter.
#[derive(Clone, Debug)]
pub struct PythonFacts {
    /// The interpreter itself, past shims.
    pub python: PathBuf,
    /// Its version, such as `3.11.7`.
    pub version: String,
    /// Whether the course's packages are installed.
    pub packages_ready: bool,
}

impl Facts {
    /// Looks; builds nothing.
    pub fn gather(cache: &CacheDir) -> Self {
        let (search, interrupt) = (Search::from_environment(), AtomicBool::new(false));
        Self {
            cache: cache.root().to_owned(),
            cache_error: cache.scratch().err(),
            rust: Toolchain::find(cache, &search, &interrupt).map(|toolchain| RustFacts {
                version: toolchain.version().to_owned(),
                libraries_ready: Libraries::find(cache, &toolchain).is_some(),
                rustc: toolchain.rustc,
                cargo: toolchain.cargo,
            }),
            python: Interpreter::find(cache, &search, &interrupt).map(|interpreter| PythonFacts {
                packages_ready: Packages::find(cache, &interpreter).is_some(),
                python: interpreter.path,
                version: interpreter.version,
            }),
        }
    }
}
