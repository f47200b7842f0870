use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::Interpreter;
use crate::build::cache::failed;
use crate::build::fingerprint::Fingerprint;
use crate::build::{BuildError, CacheDir};

/// The folder of bare environments within the cache.
const FOLDER: &str = "python-bare";
/// What makes a folder a virtual environment (PEP 405).
const SETTINGS: &str = "pyvenv.cfg";

/// An interpreter in a virtual environment without any package. Submissions see the same modules on every machine, and
/// what is installed on this one (a `.pth` file may import half a library) does not start with each of their runs.
#[derive(Debug)]
pub(in crate::build) struct Bare {
    /// The interpreter that it is one of.
    pub(in crate::build) interpreter: Interpreter,
    /// The interpreter's name in the environment, which is what runs.
    pub(in crate::build) python: PathBuf,
}

impl Bare {
    /// The interpreter's environment, made when it is not there.
    pub(super) fn ready(cache: &CacheDir, interpreter: Interpreter) -> Result<Self, BuildError> {
        let key = Fingerprint::new("bare/1").text(&interpreter.path).text(&interpreter.full).finish();
        let target = cache.path(FOLDER).join(&key);
        // By its own name: the interpreter looks for itself under it.
        let name = interpreter.path.file_name().unwrap_or_default();
        let python = target.join("bin").join(name);
        let is_whole = || target.join(SETTINGS).is_file() && python.is_file();
        if !is_whole() {
            cache.folder(FOLDER)?;
            let made = cache.scratch()?;
            let environment = made.path().join("environment");
            make(&environment, &interpreter.path).map_err(failed("write", &environment))?;
            // Only there when it was damaged, or when somebody was faster: theirs is as good.
            let placed = fs::rename(&environment, &target).or_else(|error| {
                if is_whole() {
                    return Ok(());
                }
                fs::remove_dir_all(&target).map_err(|_| error)?;
                fs::rename(&environment, &target)
            });
            placed.or_else(|error| if is_whole() { Ok(()) } else { Err(error) }).map_err(failed("create", &target))?;
        }
        Ok(Self { interpreter, python })
    }
}

fn make(environment: &Path, interpreter: &Path) -> io::Result<()> {
    let name = interpreter.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let (binaries, settings) = (environment.join("bin"), environment.join(SETTINGS));
    fs::create_dir_all(&binaries)?;
    symlink(interpreter, binaries.join(name))?;
    let home = interpreter.parent().unwrap_or(Path::new("/"));
    let text = [b"home = ", home.as_os_str().as_encoded_bytes(), b"\ninclude-system-site-packages = false\n"].concat();
    fs::write(&settings, text)?;
    // Whoever runs a submission as another user lets that one read this, whatever our own mask is.
    for (path, mode) in [(environment, 0o755), (&*binaries, 0o755), (&*settings, 0o644)] {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::build::probe::Search;

    #[test]
    fn a_damaged_environment_is_made_again_and_a_whole_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CacheDir::at(folder.path().join("cache"));
        let interpreter = Interpreter::find(&cache, &Search::from_environment(), &AtomicBool::new(false)).unwrap();
        let first = Bare::ready(&cache, interpreter.clone()).unwrap();
        let settings = first.python.parent().and_then(Path::parent).unwrap().join(SETTINGS);
        fs::remove_file(&settings).unwrap();
        let second = Bare::ready(&cache, interpreter.clone()).unwrap();
        assert_eq!(first.python, second.python);
        let written = fs::metadata(&settings).unwrap().modified().unwrap();
        Bare::ready(&cache, interpreter).unwrap();
        assert_eq!(fs::metadata(&settings).unwrap().modified().unwrap(), written);
    }
}
