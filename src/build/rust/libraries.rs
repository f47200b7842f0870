use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Toolchain;
use crate::build::cache::{failed, forget_others, make_folder};
use crate::build::fingerprint::Fingerprint;
use crate::build::lock::Lock;
use crate::build::output::{Lines, Stream};
use crate::build::spawn::{self, Policy};
use crate::build::{BuildError, Builder, CacheDir, tail};
use crate::event::GradeEvent;

/// The crates that a submission may use: `--extern` names these and no other.
const OFFERED: [&str; 4] = ["futures", "reqwest", "tokio", "tokio_stream"];
/// The package that cargo builds, and the versions that everyone gets.
const MANIFEST: &str = include_str!("libraries.toml");
const LOCK: &str = include_str!("libraries.lock");
/// The folder of built libraries within the cache.
const FOLDER: &str = "libraries";
/// The file that names the built crates; the last thing that is written.
const EXTERNS: &str = "externs.json";
/// Cargo may download, on a slow line; it compiles some eighty crates.
const CARGO: Policy =
    Policy { real: Duration::from_mins(30), cpu: None, memory: None, keep: 16 << 20, flood: 256 << 20 };

/// The course's libraries, compiled.
#[derive(Debug)]
pub(in crate::build) struct Libraries {
    /// What they depend on: part of the key of every program that uses them.
    pub(in crate::build) key: String,
    /// The folder of all of them.
    pub(in crate::build) dependencies: PathBuf,
    /// The file of each crate that is offered.
    pub(in crate::build) externs: BTreeMap<String, PathBuf>,
}

#[derive(Deserialize, Serialize)]
struct Externs(BTreeMap<String, String>);

/// Whether the source names one of the crates. A mention in a comment counts too: that costs time and no verdict.
pub(super) fn are_mentioned(source: &[u8]) -> bool {
    source
        .split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .any(|word| OFFERED.iter().any(|name| name.as_bytes() == word))
}

impl Libraries {
    /// The libraries, if they were built before.
    pub(in crate::build) fn find(cache: &CacheDir, toolchain: &Toolchain) -> Option<Self> {
        let key = key(toolchain);
        let folder = cache.path(FOLDER).join(&key);
        let Externs(files) = serde_json::from_slice(&fs::read(folder.join(EXTERNS)).ok()?).ok()?;
        let dependencies = folder.join("deps");
        let externs: BTreeMap<_, _> = files.into_iter().map(|(name, file)| (name, dependencies.join(file))).collect();
        // A compile may have a user of its own; who can come here at all is said by the folders above.
        let _ = fs::set_permissions(&dependencies, fs::Permissions::from_mode(0o755));
        externs.values().all(|file| file.is_file()).then_some(Self { key, dependencies, externs })
    }

    /// The libraries, built when they are not there; one process builds, the others wait for it.
    pub(super) fn ready(
        builder: &Builder<'_>,
        toolchain: &Toolchain,
        exercise: Option<&str>,
    ) -> Result<Self, BuildError> {
        if let Some(found) = Self::find(&builder.cache, toolchain) {
            return Ok(found);
        }
        let folder = builder.cache.folder(FOLDER)?;
        let lock = folder.join(format!("{}.lock", key(toolchain)));
        let started = Instant::now();
        let _lock = Lock::take(&lock, &builder.interrupt, || {
            let what = "waiting for another grade that compiles the course's libraries".to_owned();
            builder.events.emit(GradeEvent::SetupStarted { what });
        })?;
        if let Some(found) = Self::find(&builder.cache, toolchain) {
            builder.events.emit(GradeEvent::SetupFinished { took: started.elapsed() });
            return Ok(found);
        }
        let needed = exercise.map(|exercise| format!(", needed by {exercise}")).unwrap_or_default();
        builder
            .events
            .emit(GradeEvent::SetupStarted { what: format!("compiling the course's libraries (once{needed})") });
        let made = make(builder, toolchain, &folder);
        builder.events.emit(GradeEvent::SetupFinished { took: started.elapsed() });
        made?;
        Self::find(&builder.cache, toolchain).ok_or_else(|| BuildError::Cache {
            operation: "find what was just built in",
            path: folder,
            cause: io::ErrorKind::NotFound.into(),
        })
    }
}

pub(super) fn key(toolchain: &Toolchain) -> String {
    Fingerprint::new("libraries/1").text(&toolchain.verbose).text(MANIFEST).text(LOCK).finish()
}

/// Builds beside the final place, then renames. What a killed build left is gone on with: cargo knows what is whole.
fn make(builder: &Builder<'_>, toolchain: &Toolchain, folder: &Path) -> Result<(), BuildError> {
    let key = key(toolchain);
    let package = folder.join(format!("{key}.building"));
    make_folder(&package)?;
    for (name, content) in [("Cargo.toml", MANIFEST), ("Cargo.lock", LOCK), ("lib.rs", "")] {
        let path = package.join(name);
        fs::write(&path, content).map_err(failed("write", &path))?;
    }
    let built = cargo(builder, toolchain, &package)?;

    let scratch = builder.cache.scratch()?;
    let dependencies = scratch.path().join("deps");
    make_folder(&dependencies)?;
    let mut externs = BTreeMap::new();
    for artifact in built {
        for file in artifact.filenames.iter().filter(|file| is_linked(file)) {
            let Some(name) = file.file_name() else { continue };
            let target = dependencies.join(name);
            fs::hard_link(file, &target)
                .or_else(|_| fs::copy(file, &target).map(drop))
                .map_err(failed("copy", file))?;
            let krate = artifact.target.name.replace('-', "_");
            if OFFERED.contains(&krate.as_str()) {
                externs.insert(krate, name.to_string_lossy().into_owned());
            }
        }
    }
    let list = scratch.path().join(EXTERNS);
    let json = serde_json::to_vec(&Externs(externs)).map_err(|error| failed("write", &list)(error.into()))?;
    fs::write(&list, json).map_err(failed("write", &list))?;

    let target = folder.join(&key);
    // Only there when it was damaged: a whole one would have been found.
    let _ = fs::remove_dir_all(&target);
    let (made, _held) = scratch.keep();
    fs::rename(made, &target).map_err(failed("create", &target))?;
    let _ = fs::remove_dir_all(&package);
    forget_others(folder, &key);
    Ok(())
}

fn is_linked(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "rlib" || extension == "so")
}

/// What cargo says of a built crate (`--message-format=json`); other messages lack these fields.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn cargo(builder: &Builder<'_>, toolchain: &Toolchain, package: &Path) -> Result<Vec<Artifact>, BuildError> {
    let cargo = toolchain.cargo.as_ref().ok_or(BuildError::Missing {
        program: "cargo",
        help: "install Rust from https://rustup.rs: cargo is needed once, for the course's libraries",
    })?;
    let mut command = Command::new(cargo);
    command.args(["build", "--locked", "--message-format=json-render-diagnostics", "--target-dir"]);
    command.arg(package.join("target")).current_dir(package);
    // The network's settings are kept; whatever would change what is compiled is not.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let kept = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_"];
        let changes = text.starts_with("CARGO") || text.starts_with("RUSTC") || text.ends_with("MAKEFLAGS");
        if changes && !kept.iter().any(|kept| text.starts_with(kept)) {
            command.env_remove(&name);
        }
    }
    command.env("RUSTC", &toolchain.rustc).env("CARGO_ENCODED_RUSTFLAGS", "").env_remove("RUSTFLAGS");
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");

    let mut lines = Lines::default();
    let finished = spawn::run(command, CARGO, &builder.interrupt, &mut |stream, piece| {
        if stream == Stream::Stderr {
            lines.add(piece, |line| {
                if let Some(step) = step(line) {
                    builder.events.emit(GradeEvent::SetupProgress { step });
                }
            });
        }
    })?;
    if !finished.status.success() {
        return Err(failure(&String::from_utf8_lossy(&finished.stderr)));
    }
    let messages = String::from_utf8_lossy(&finished.stdout);
    Ok(messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// `   Compiling tokio v1.54.1` as a step that a person may want to see.
fn step(line: &str) -> Option<String> {
    let (verb, rest) = line.trim_start().split_once(' ')?;
    match verb {
        "Compiling" => Some(format!("compiling {}", rest.split(" (").next()?)),
        "Downloading" | "Updating" => Some(format!("{} {rest}", verb.to_lowercase())),
        "Downloaded" => Some(format!("downloaded {}", rest.split(" (").next()?)),
        _ => None,
    }
}

fn failure(said: &str) -> BuildError {
    let signs = ["resolve host", "download", "connect", "network", "timed out", "offline"];
    let lower = said.to_lowercase();
    let network = signs.iter().any(|sign| lower.contains(sign)) && !lower.contains("could not compile");
    if lower.contains("linker `cc` not found") {
        return BuildError::Missing { program: "cc", help: super::compile::NO_LINKER };
    }
    BuildError::SetUp {
        operation: "compile the course's libraries",
        network,
        output: tail(said),
        help: if network {
            "connect to the network and run the same command again; after that no network is needed"
        } else {
            "`cargo` said what it needs; after that run the same command again"
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cargo that counts its calls, takes its time and "builds" empty libraries: `sh` runs the script `build`, which
    /// stands where the package is. (A script of our own could still be open for writing when it is started.)
    const CARGO: &str = r#"
        echo called >>../calls
        sleep 0.3
        test ! -e ../broken || { echo "error: it is broken" >&2; exit 101; }
        for name in futures reqwest tokio tokio-stream; do
            file="$PWD/lib$name-1.rlib"
            echo library >"$file"
            echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"$name\"},\"filenames\":[\"$file\"]}"
            echo "   Compiling $name v1.0.0" >&2
        done
    "#;

    #[derive(Default)]
    struct Told(std::sync::Mutex<Vec<String>>);

    impl crate::event::EventSink for Told {
        fn emit(&self, event: GradeEvent) {
            self.0.lock().unwrap().push(match event {
                GradeEvent::SetupStarted { what } => what,
                GradeEvent::SetupProgress { step } => step,
                other => format!("{other:?}"),
            });
        }
    }

    struct Bench {
        cache: CacheDir,
        toolchain: Toolchain,
        told: Told,
        _folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let cache = CacheDir::at(folder.path().join("cache"));
            let toolchain = Toolchain::fake("a compiler", "/bin/sh".as_ref());
            let building = cache.path(FOLDER).join(format!("{}.building", key(&toolchain)));
            fs::create_dir_all(&building).unwrap();
            fs::write(building.join("build"), CARGO).unwrap();
            Self { cache, toolchain, told: Told::default(), _folder: folder }
        }

        fn ready(&self) -> Result<Libraries, BuildError> {
            Libraries::ready(&Builder::new(self.cache.clone(), &self.told), &self.toolchain, None)
        }

        fn calls(&self) -> usize {
            fs::read_to_string(self.cache.path(FOLDER).join("calls")).unwrap_or_default().lines().count()
        }
    }

    #[test]
    fn several_builders_at_once_build_the_libraries_once() {
        let bench = Bench::new();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(bench.ready().unwrap().externs.len(), OFFERED.len()));
            }
        });
        assert_eq!(bench.calls(), 1);
        let told = bench.told.0.lock().unwrap();
        assert!(told.iter().any(|step| step == "compiling tokio v1.0.0"), "{told:?}");
    }

    #[test]
    fn who_waits_for_another_grade_says_so() {
        let bench = Bench::new();
        let lock = bench.cache.path(FOLDER).join(format!("{}.lock", key(&bench.toolchain)));
        let held = Lock::take(&lock, &std::sync::atomic::AtomicBool::new(false), || {}).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| bench.ready());
            while !bench.told.0.lock().unwrap().iter().any(|what| what.starts_with("waiting for another grade")) {
                std::thread::yield_now();
            }
            assert_eq!(bench.calls(), 0);
            drop(held);
            waiting.join().unwrap().unwrap();
        });
    }

    #[test]
    fn libraries_that_a_killed_build_left_half_made_are_not_taken_as_whole() {
        let bench = Bench::new();
        let half = bench.cache.path(FOLDER).join(key(&bench.toolchain));
        fs::create_dir_all(half.join("deps")).unwrap();
        fs::write(half.join("deps/libtokio-0.rlib"), "half").unwrap();
        assert!(Libraries::find(&bench.cache, &bench.toolchain).is_none());
        bench.ready().unwrap();
        assert_eq!(bench.calls(), 1);
        let names: Vec<_> = fs::read_dir(half.join("deps")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), OFFERED.len(), "{names:?}");
    }

    #[test]
    fn a_build_that_fails_leaves_nothing_and_is_tried_again() {
        let bench = Bench::new();
        let broken = bench.cache.path(FOLDER).join("broken");
        fs::write(&broken, "").unwrap();
        let error = bench.ready().unwrap_err();
        assert!(error.to_string().contains("error: it is broken"), "{error}");
        assert!(Libraries::find(&bench.cache, &bench.toolchain).is_none());
        fs::remove_file(broken).unwrap();
        bench.ready().unwrap();
    }

    #[test]
    fn a_crate_is_mentioned_by_its_whole_name() {
        assert!(are_mentioned(b"use tokio::time;"));
        assert!(are_mentioned(b"fn main() { futures::executor::block_on(f()) }"));
        assert!(!are_mentioned(b"let mytokio = futures_of_mine;"));
    }

    #[test]
    fn what_cargo_says_becomes_steps() {
        assert_eq!(step("   Compiling tokio v1.54.1").unwrap(), "compiling tokio v1.54.1");
        assert_eq!(step("  Downloaded mio v1.0.1 (registry `x`)").unwrap(), "downloaded mio v1.0.1");
        assert_eq!(step("    Finished `dev` profile"), None);
    }

    #[test]
    fn being_offline_is_told_from_other_failures() {
        let offline = failure("error: failed to download from `https://x`\n Could not resolve host: x");
        assert!(matches!(offline, BuildError::SetUp { network: true, .. }));
        let other = failure("error: could not compile `tokio` (connect)");
        assert!(matches!(other, BuildError::SetUp { network: false, .. }));
    }

    #[test]
    fn the_lock_holds_every_crate_that_is_offered() {
        for name in OFFERED {
            assert!(LOCK.contains(&format!("name = \"{}\"", name.replace('_', "-"))), "{name}");
        }
    }

    #[test]
    fn editors_see_the_same_libraries() {
        let dependencies = |manifest: &str| {
            let start = manifest.find("[dependencies]").unwrap();
            let section = manifest[start..].split("\n\n").next().unwrap();
            section.trim().to_owned()
        };
        for package in ["exercises", "solutions"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(package).join("Cargo.toml");
            assert_eq!(dependencies(&fs::read_to_string(path).unwrap()), dependencies(MANIFEST), "{package}");
        }
    }
}
