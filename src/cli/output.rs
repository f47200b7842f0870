//! Where results go: standard output, or a file that is whole or not there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use tempfile::NamedTempFile;

use super::{Console, Failure};

/// Where results go.
pub(crate) enum Output {
    /// Standard output, at once.
    Console,
    /// A regular file: written beside it, and put in its place at the end.
    File {
        /// Its final place.
        path: PathBuf,
        /// What is written so far.
        staging: NamedTempFile,
    },
    /// Something else that can be written to: a pipe, a terminal.
    Device {
        /// Where it is.
        path: PathBuf,
        /// The open file.
        file: fs::File,
    },
}

impl Output {
    /// Opens it now, so that a place that cannot be written is known before an hour of grading.
    pub(crate) fn open(out: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = out else { return Ok(Self::Console) };
        let path = path.to_owned();
        let failed = |error: io::Error| cannot_write(&path, &error);
        if path.is_dir() {
            return Err(Failure::usage(format_args!("{} is a folder: `--out` takes a file", path.display())));
        }
        if path.exists() && !path.is_file() {
            let file = fs::OpenOptions::new().write(true).open(&path).map_err(failed)?;
            return Ok(Self::Device { path, file });
        }
        if path.is_file() {
            // A file that is read-only is so for a reason, though its folder would let us replace it.
            drop(fs::OpenOptions::new().append(true).open(&path).map_err(failed)?);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(Failure::machine(format_args!(
                "failed to write to {}: there is no folder {}",
                path.display(),
                folder.display()
            )));
        }
        let staging = tempfile::Builder::new()
            .prefix(".grade-out-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .tempfile_in(folder)
            .map_err(failed)?;
        Ok(Self::File { path, staging })
    }

    /// Writes a result. Only standard output may get colours.
    pub(crate) fn write(&mut self, text: &str, console: &Console) -> Result<(), Failure> {
        match self {
            Self::Console => console.print(text),
            Self::File { path, staging } => {
                staging.write_all(strip_str(text).to_string().as_bytes()).map_err(|error| cannot_write(path, &error))
            }
            Self::Device { path, file } => match file.write_all(strip_str(text).to_string().as_bytes()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                outcome => outcome.map_err(|error| cannot_write(path, &error)),
            },
        }
    }

    /// Puts a file in its place.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::File { path, staging } => {
                staging.persist(&path).map(|_| ()).map_err(|error| cannot_write(&path, &error.error))
            }
            Self::Console | Self::Device { .. } => Ok(()),
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    // That of a temporary file names it, too, which is nobody's business: the cause is what counts.
    let cause = error
        .raw_os_error()
        .map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error);
    Failure::machine(format_args!("failed to write to {}: {cause}", path.display()))
}
