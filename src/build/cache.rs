use std::ffi::OsString;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::BuildError;
use super::scratch::{self, Scratch};

/// Free bytes of a full disk: what a compiled program needs, and some.
const ALMOST_NOTHING: u64 = 16 << 20;

/// The folder in which built things are kept from one call to the next.
///
/// Whatever is in it under its final name is whole: it was made beside it and renamed into place. Several processes
/// may use it at once. Opening it touches nothing, so a folder that was filled before may be read-only.
#[derive(Clone, Debug)]
pub struct CacheDir {
    root: PathBuf,
}

impl CacheDir {
    /// The folder that the environment names: `$GRADE_CACHE_DIR`, else `$XDG_CACHE_HOME/grade`, else `~/.cache/grade`. Without
    /// `$HOME`, as services and containers start programs, the user's home is the one that the system knows.
    ///
    /// # Errors
    /// When neither the environment nor the system names one.
    pub fn from_environment() -> Result<Self, BuildError> {
        Self::choose(|name| env::var_os(name).filter(|value| !value.is_empty()), home_by_the_system)
    }

    fn choose(
        variable: impl Fn(&str) -> Option<OsString>,
        known_home: impl FnOnce() -> Option<PathBuf>,
    ) -> Result<Self, BuildError> {
        if let Some(folder) = variable("GRADE_CACHE_DIR") {
            return Ok(Self::at(PathBuf::from(folder)));
        }
        // The XDG specification has relative paths ignored.
        let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").or_else(known_home).map(|home| home.join(".cache")))
            .map(|base| Self::at(base.join("grade")))
            .ok_or(BuildError::NoCacheFolder)
    }

    /// This folder, made on first need.
    pub fn at(root: PathBuf) -> Self {
        // A working directory that is gone leaves the path relative; the first write then says what is wrong.
        Self { root: std::path::absolute(&root).unwrap_or(root) }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folder where it is not there yet. One that is there is left as it is: it may be full and read-only.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare(&self) -> Result<(), BuildError> {
        make_folder(&self.root)
    }

    /// A subfolder, without making it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A subfolder, made when it is not there yet; only its owner may look in.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, BuildError> {
        let path = self.path(name);
        make_folder(&path)?;
        Ok(path)
    }

    /// A fresh folder within the cache, on the same file system as its final place, removed when dropped. What builds
    /// that were killed left there goes.
    pub(super) fn scratch(&self) -> Result<Scratch, BuildError> {
        let folder = self.folder("tmp")?;
        scratch::sweep(&folder);
        Scratch::new(&folder).map_err(failed("create a folder in", &folder))
    }

    /// Removes the fresh folders of a process that is dead.
    pub(super) fn clear_up_after(&self, pid: u32) {
        let name = scratch::prefix(pid);
        for entry in fs::read_dir(self.path("tmp")).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&name) {
                // What cannot be removed now is swept when it is old.
                let _left = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Whether the disk is as good as full.
    pub(super) fn is_full(&self) -> bool {
        nix::sys::statvfs::statvfs(&self.root)
            .is_ok_and(|disk| disk.blocks_available().saturating_mul(disk.fragment_size()) < ALMOST_NOTHING)
    }

    /// Writes a small file whole or not at all.
    pub(super) fn write(&self, folder: &str, name: &str, content: &[u8]) -> Result<(), BuildError> {
        let folder = self.folder(folder)?;
        let target = folder.join(name);
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed("create a file in", &folder))?;
        io::Write::write_all(&mut file, content).map_err(failed("write", &target))?;
        file.persist(&target).map_err(|error| failed("write", &target)(error.error))?;
        Ok(())
    }
}

/// The home of this process's user by the system's list of users, whatever the environment says.
pub fn home_by_the_system() -> Option<PathBuf> {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten()?;
    Some(user.dir).filter(|home| home.is_absolute())
}

/// Makes a folder and those above it, for their owner only.
pub(super) fn make_folder(path: &Path) -> Result<(), BuildError> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed("create the folder", path))
}

/// What was made for tools that were replaced since is large: beside `key`, only the newest stays.
pub(super) fn forget_others(folder: &Path, key: &str) {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(io::Result::ok).map(|entry| entry.path());
    // With an extension it is a lock, or is being made.
    let whole = entries.filter(|path| path.is_dir() && path.extension().is_none());
    let mut others: Vec<_> = whole
        .filter(|path| path.file_name().is_some_and(|name| name != key))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    others.sort();
    others.pop();
    for (_, other) in others {
        let _ = fs::remove_dir_all(other);
    }
}

/// For `map_err`: an error of the cache folder.
pub(super) fn failed(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    move |cause| {
        if cause.kind() == io::ErrorKind::StorageFull {
            BuildError::DiskFull { path }
        } else {
            BuildError::Cache { operation, path, cause }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn chosen(variables: &[(&str, &str)]) -> Result<PathBuf, BuildError> {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        CacheDir::choose(|name| variables.get(name).map(OsString::from), || None).map(|cache| cache.root)
    }

    #[test]
    fn the_most_particular_variable_wins() {
        let all = [("GRADE_CACHE_DIR", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")];
        assert_eq!(chosen(&all).unwrap(), Path::new("/a"));
        assert_eq!(chosen(&all[1..]).unwrap(), Path::new("/b/grade"));
        assert_eq!(chosen(&all[2..]).unwrap(), Path::new("/c/.cache/grade"));
    }

    #[test]
    fn a_relative_cache_home_is_ignored() {
        assert_eq!(chosen(&[("XDG_CACHE_HOME", "b"), ("HOME", "/c")]).unwrap(), Path::new("/c/.cache/grade"));
    }

    #[test]
    fn without_a_home_in_the_environment_it_is_the_one_that_the_system_knows() {
        let of = |variables: &[(&str, &str)]| {
            let variables: BTreeMap<_, _> = variables.iter().copied().collect();
            let known = || Some(PathBuf::from("/known"));
            CacheDir::choose(|name| variables.get(name).map(OsString::from), known).unwrap().root
        };
        assert_eq!(of(&[]), Path::new("/known/.cache/grade"));
        assert_eq!(of(&[("HOME", "relative")]), Path::new("/known/.cache/grade"));
        assert_eq!(of(&[("HOME", "/c")]), Path::new("/c/.cache/grade"));
    }

    #[test]
    fn without_any_variable_the_way_out_is_named() {
        let error = chosen(&[]).unwrap_err();
        assert!(error.help().unwrap().contains("GRADE_CACHE_DIR"), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_typed_error() {
        let cache = CacheDir::at(PathBuf::from("/dev/null/cache"));
        let error = cache.scratch().unwrap_err();
        assert!(matches!(error, BuildError::Cache { .. }), "{error:?}");
        assert!(error.to_string().contains("/dev/null/cache"), "{error}");
    }

    #[test]
    fn what_was_made_for_older_tools_goes_but_for_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        for (days, name) in ["now", "newest", "older", "oldest", "half.building"].iter().enumerate() {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            let time = std::time::SystemTime::now() - std::time::Duration::from_hours(24 * days as u64);
            fs::File::open(path).unwrap().set_modified(time).unwrap();
        }
        forget_others(folder.path(), "now");
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["half.building", "newest", "now"]);
    }
}
