use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use super::AS_ANOTHER;

/// The folder that holds `hostile` and `awkward`.
fn root() -> PathBuf {
    std::env::var_os(AS_ANOTHER).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), PathBuf::from)
}

/// The programs of a folder, by name.
pub(crate) fn of(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of programs");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs" || extension == "py"));
    let mut programs: Vec<_> = sources
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a readable program"))
        })
        .collect();
    programs.sort();
    assert!(!programs.is_empty(), "there are programs in {folder}");
    programs
}

/// The command that runs a program, compiled if it must be.
pub(crate) fn command(folder: &str, name: &str) -> Result<Vec<OsString>, String> {
    let source = root().join(folder).join(name);
    if is_python(name) {
        return Ok(vec![python()?.into(), source.into()]);
    }
    Ok(vec![built(&source)?.into()])
}

/// Copies of all sources, and of what was compiled, for a user who cannot read ours.
pub(crate) fn lay_out(target: &Path) -> Result<(), String> {
    for folder in ["hostile", "awkward"] {
        fs::create_dir(target.join(folder)).map_err(|error| error.to_string())?;
        for (name, source) in of(folder) {
            let copy = target.join(folder).join(&name);
            fs::write(&copy, source).map_err(|error| error.to_string())?;
            if !is_python(&name) {
                let built = built(&root().join(folder).join(&name))?;
                fs::copy(built, copy.with_extension("")).map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(())
}

fn built(source: &Path) -> Result<PathBuf, String> {
    static BUILT: OnceLock<(tempfile::TempDir, Mutex<BTreeMap<PathBuf, PathBuf>>)> = OnceLock::new();
    if std::env::var_os(AS_ANOTHER).is_some() {
        return Ok(source.with_extension(""));
    }
    let (folder, built) =
        BUILT.get_or_init(|| (tempfile::tempdir().expect("a temporary folder"), Mutex::new(BTreeMap::new())));
    let mut built = built.lock().expect("no panic while it is held");
    if let Some(program) = built.get(source) {
        return Ok(program.clone());
    }
    let program = folder.path().join(source.file_stem().expect("a name"));
    let output = Command::new("rustc")
        .args(["--edition=2021", "-Awarnings", "-o"])
        .args([&program, source])
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    built.insert(source.to_owned(), program.clone());
    Ok(program)
}

/// The interpreter itself, behind whatever stands in `PATH`.
fn python() -> Result<&'static Path, String> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join("python3")).find_map(|python| {
            let output = Command::new(python)
                .args(["-I", "-c", "import os, sys; print(os.path.realpath(sys.executable))"])
                .output()
                .ok()?;
            let found = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
            (output.status.success() && found.is_file()).then_some(found)
        })
    });
    found.as_deref().ok_or_else(|| "there is no python3 in PATH".to_owned())
}

fn is_python(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "py")
}
