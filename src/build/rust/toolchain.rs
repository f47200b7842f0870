use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::build::fingerprint::{Fingerprint, identity};
use crate::build::probe::{self, Search, answer};
use crate::build::{BuildError, CacheDir};

/// How to get a Rust compiler.
const HELP: &str = "install Rust from https://rustup.rs (or set RUSTC to a compiler)";
/// The least version that serves: `--remap-path-scope` came with it.
const WANTED: (u32, u32) = (1, 95);
/// The compiler behind the rustup proxy, which costs 10 ms a call: it is asked once and the answer is kept for as long
/// as the proxy, the toolchain files and the variables that it goes by stay the same.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::build) struct Toolchain {
    /// The compiler itself.
    pub(in crate::build) rustc: PathBuf,
    /// Its cargo, where there is one.
    pub(in crate::build) cargo: Option<PathBuf>,
    /// What `rustc -vV` says.
    pub(in crate::build) verbose: String,
    /// The folder of everything that belongs to it.
    #[serde(default)]
    pub(in crate::build) sysroot: PathBuf,
    /// The compiler's size and times when it was asked.
    identity: String,
}

impl Toolchain {
    /// The compiler that `RUSTC` or else `PATH` names.
    ///
    /// # Errors
    /// When there is none, it is too old or does not answer.
    pub(in crate::build) fn find(
        cache: &CacheDir,
        search: &Search,
        interrupt: &AtomicBool,
    ) -> Result<Self, BuildError> {
        let name = search.rustc.clone().unwrap_or_else(|| "rustc".into());
        let named = search.which(name).ok_or(BuildError::Missing { program: "rustc", help: HELP })?;
        let holds = |kept: &Self| kept.identity == identity(&kept.rustc) && kept.sysroot.is_dir();
        probe::remembered(cache, &key(&named), holds, || Self::ask(&named, search, interrupt))
    }

    fn ask(named: &Path, search: &Search, interrupt: &AtomicBool) -> Result<Self, BuildError> {
        let sysroot = PathBuf::from(answer(named, &["--print", "sysroot"], interrupt)?.trim_end());
        let behind = sysroot.join("bin/rustc");
        let rustc = if behind.is_file() { behind } else { named.to_owned() };
        let verbose = answer(&rustc, &["-vV"], interrupt)?;
        let found = Self {
            cargo: Some(sysroot.join("bin/cargo")).filter(|path| path.is_file()).or_else(|| search.which("cargo")),
            identity: identity(&rustc),
            rustc,
            verbose,
            sysroot,
        };
        let version = found.version();
        if parse(version).is_none_or(|version| version < WANTED) {
            return Err(BuildError::TooOld {
                path: found.rustc.clone(),
                found: version.to_owned(),
                wanted: "1.95",
                help: "run `rustup update stable`",
            });
        }
        Ok(found)
    }

    /// A compiler that is no compiler.
    #[cfg(test)]
    pub(super) fn fake(verbose: &str, cargo: &Path) -> Self {
        Self {
            rustc: PathBuf::from("/usr/bin/false"),
            cargo: Some(cargo.to_owned()),
            verbose: verbose.to_owned(),
            sysroot: PathBuf::new(),
            identity: String::new(),
        }
    }

    /// The version's number, such as `1.95.0`.
    pub(in crate::build) fn version(&self) -> &str {
        self.verbose.lines().find_map(|line| line.strip_prefix("release: ")).unwrap_or("unknown")
    }
}

/// Everything that decides which compiler a proxy calls.
fn key(named: &Path) -> String {
    let home = |name, default: &str| {
        env::var_os(name).map(PathBuf::from).or_else(|| env::home_dir().map(|home| home.join(default)))
    };
    let mut key = Fingerprint::new("rustc/1").file(named).variable("RUSTUP_TOOLCHAIN").variable("RUSTUP_HOME");
    if let Some(rustup) = home("RUSTUP_HOME", ".rustup") {
        key = key.file(&rustup.join("settings.toml"));
    }
    let here = env::current_dir().unwrap_or_default();
    for folder in here.ancestors() {
        key = key.file(&folder.join("rust-toolchain.toml")).file(&folder.join("rust-toolchain"));
    }
    format!("rustc-{}", key.finish())
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse("1.100.0").unwrap() > WANTED);
        assert!(parse("1.85.1").unwrap() < WANTED);
        assert!(parse("1.96.0-nightly").unwrap() > WANTED);
        assert!(parse("unknown").is_none());
    }

    #[test]
    fn the_answer_is_kept_and_asked_again_when_the_compiler_changes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheDir::at(folder.path().join("cache"));
        let (search, interrupt) = (Search::from_environment(), AtomicBool::new(false));
        let found = Toolchain::find(&cache, &search, &interrupt).unwrap();
        assert!(found.verbose.starts_with("rustc "));
        let probe = std::fs::read_dir(cache.path("probes")).unwrap().next().unwrap().unwrap().path();
        // A kept answer about a compiler that is another by now.
        let stale = Toolchain { identity: "other".to_owned(), verbose: "stale".to_owned(), ..found };
        std::fs::write(&probe, serde_json::to_vec(&stale).unwrap()).unwrap();
        assert_ne!(Toolchain::find(&cache, &search, &interrupt).unwrap().verbose, "stale");
    }

    #[test]
    fn no_compiler_in_the_path_says_how_to_get_one() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheDir::at(folder.path().join("cache"));
        let search = Search { path: Some(folder.path().into()), rustc: None };
        let error = Toolchain::find(&cache, &search, &AtomicBool::new(false)).unwrap_err();
        assert!(matches!(error, BuildError::Missing { program: "rustc", .. }), "{error:?}");
        assert!(error.help().unwrap().contains("https://rustup.rs"));
    }

    #[test]
    fn what_is_no_compiler_is_told_from_one() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheDir::at(folder.path().join("cache"));
        let ask = |name: &str| {
            let search = Search { rustc: Some(name.into()), ..Search::from_environment() };
            Toolchain::find(&cache, &search, &AtomicBool::new(false)).unwrap_err()
        };
        assert!(matches!(ask("false"), BuildError::Unusable { .. }));
        assert!(matches!(ask("true"), BuildError::TooOld { .. }));
    }
}
