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
    environment: PathBuf,
}

impl Bare {
    /// The interpreter's environment; nothing is made yet.
    pub(super) fn of(cache: &CacheDir, interpreter: Interpreter) -> Self {
        let key = Fingerprint::new("bare/1").text(&interpreter.path).text(&interpreter.full).finish();
        Self { environment: cache.path(FOLDER).join(key), interpreter }
    }

    /// What runs a submission, if it was made before.
    pub(super) fn find(&self) -> Option<PathBuf> {
        // By the interpreter's own name: it looks for itself under it.
        let python = self.environment.join("bin").join(self.interpreter.path.file_name()?);
        (self.environment.join(SETTINGS).is_file() && python.is_file()).then_some(python)
    }

    /// What runs a submission, made when it is not there.
    pub(super) fn ready(&self, cache: &CacheDir) -> Result<PathBuf, BuildError> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        cache.folder(FOLDER)?;
        let made = cache.scratch()?;
        let environment = made.path().join("environment");
        make(&environment, &self.interpreter.path).map_err(failed("write", &environment))?;
        let placed = fs::rename(&environment, &self.environment).or_else(|error| {
            // Only there when it was damaged, or when somebody was faster: theirs is as good.
            if self.find().is_none() {
                fs::remove_dir_all(&self.environment).map_err(|_| error)?;
                fs::rename(&environment, &self.environment)?;
            }
            Ok(())
        });
        match (self.find(), placed) {
            (Some(found), _) => Ok(found),
            (None, placed) => {
                Err(failed("create", &self.environment)(placed.err().unwrap_or_else(|| io::ErrorKind::NotFound.into())))
            }
        }
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
        let bare = Bare::of(&cache, interpreter);
        assert_eq!(bare.find(), None);
        let python = bare.ready(&cache).unwrap();
        let settings = bare.environment.join(SETTINGS);
        fs::remove_file(&settings).unwrap();
        assert_eq!(bare.find(), None);
        assert_eq!(bare.ready(&cache).unwrap(), python);
        let written = fs::metadata(&settings).unwrap().modified().unwrap();
        assert_eq!(bare.ready(&cache).unwrap(), python);
        assert_eq!(fs::metadata(&settings).unwrap().modified().unwrap(), written);
    }
}
