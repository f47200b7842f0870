//! The course that travels inside the binary, for when `grade` is installed and works away from a checkout.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// Every file of the course with its name, as the build script found it.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/course_files.rs"));

/// True when the binary was built with a course inside.
pub(crate) fn exists() -> bool {
    FILES.iter().any(|(name, _)| *name == "graders/course.toml")
}

/// Writes the embedded course into a folder below `cache` that is named after its content, once, and returns the folder.
///
/// Other processes may do the same at the same time: the folder appears at once and whole.
pub(crate) fn extract(cache: &Path) -> io::Result<PathBuf> {
    let root = cache.join(format!("course-{}", &key()[..16]));
    if root.join("graders/course.toml").is_file() {
        return Ok(root);
    }
    fs::create_dir_all(cache)?;
    let staging = tempfile::Builder::new().prefix("course-new-").tempdir_in(cache)?;
    for (name, content) in FILES {
        let path = staging.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, content)?;
    }
    match fs::rename(staging.path(), &root) {
        Ok(()) => {
            // It has another name now: there is nothing left to remove.
            let _gone = staging.keep();
            Ok(root)
        }
        Err(_) if root.join("graders/course.toml").is_file() => Ok(root),
        Err(error) => Err(error),
    }
}

/// A hash over all names and contents.
fn key() -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, content) in FILES {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    hasher.finalize().to_hex().to_string()
}
