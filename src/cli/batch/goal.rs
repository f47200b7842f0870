//! The folder that a batch writes to.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::cli::Failure;

/// The output folder, made when it is not there. Not within the submissions: the next batch would take it for a student.
pub(super) fn folder(submissions: &Path, out: &Path) -> Result<PathBuf, Failure> {
    if out.exists() && !out.is_dir() {
        return Err(Failure::usage(format_args!("{} is there and is not a folder: `--out` takes one", out.display())));
    }
    let within = std::path::absolute(out).ok().zip(std::path::absolute(submissions).ok());
    let resolved = |path: PathBuf| path.canonicalize().unwrap_or(path);
    if within.is_some_and(|(out, submissions)| resolved(out).starts_with(resolved(submissions))) {
        return Err(Failure::usage(format_args!(
            "{} lies within the submissions, and would be taken for one of them",
            out.display()
        ))
        .help("give `--out` a folder beside them"));
    }
    fs::create_dir_all(out)
        .map_err(|error| Failure::machine(format_args!("failed to make the folder {}: {error}", out.display())))?;
    Ok(out.to_owned())
}

/// Writes a file whole or not at all, with the folders above it. One that says the same already is left alone. It is not
/// waited for until the disk has it, as a class has thousands: the journal writes them again.
pub(crate) fn replace_whole(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        if fs::read(path).is_ok_and(|old| old == content) {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // A temporary file is private to its owner; a report is read by others, as the one before it.
        let permissions = fs::metadata(path).map_or_else(|_| Permissions::from_mode(0o644), |old| old.permissions());
        let mut staging = tempfile::Builder::new().prefix(".grade-new-").tempfile_in(folder)?;
        staging.write_all(content)?;
        staging.as_file().set_permissions(permissions)?;
        staging.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| Failure::machine(format_args!("failed to write {}: {error}", path.display())))
}
