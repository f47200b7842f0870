use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A key made of everything that a kept thing depends on.
///
/// Each part is hashed with its length, so that `ab` + `c` and `a` + `bc` differ.
pub(super) struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    /// Starts a key; `kind` names what is kept and the version of its form.
    pub(super) fn new(kind: &str) -> Self {
        Self(blake3::Hasher::new()).bytes(kind.as_bytes())
    }

    /// Adds some bytes.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a text or a path.
    pub(super) fn text(self, text: impl AsRef<OsStr>) -> Self {
        self.bytes(text.as_ref().as_bytes())
    }

    /// Adds a file's path and identity without reading it; also that there is none.
    pub(super) fn file(self, path: &Path) -> Self {
        self.text(path).text(identity(path))
    }

    /// Adds an environment variable; unset and empty differ.
    pub(super) fn variable(self, name: &str) -> Self {
        match std::env::var_os(name) {
            Some(value) => self.text(name).text("=").text(value),
            None => self.text(name).text("unset"),
        }
    }

    /// The key, as a file's name: 128 bits are plenty against accidents, and a cheat gains nothing from a clash.
    pub(super) fn finish(self) -> String {
        let mut name = self.0.finalize().to_hex().to_string();
        name.truncate(32);
        name
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Fingerprint")
    }
}

/// What changes when a file is replaced or written: its size and times. Empty when it is not there.
pub(super) fn identity(path: &Path) -> String {
    std::fs::metadata(path).map_or_else(
        |_| String::new(),
        |data| format!("{}:{}:{}.{:09}", data.ino(), data.len(), data.mtime(), data.mtime_nsec()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let key = |parts: [&str; 2]| Fingerprint::new("t").text(parts[0]).text(parts[1]).finish();
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_eq!(key(["a", "b"]), key(["a", "b"]));
    }

    #[test]
    fn a_file_that_is_written_changes_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let key = || Fingerprint::new("t").file(&path).finish();
        let absent = key();
        std::fs::write(&path, "one").unwrap();
        let one = key();
        std::fs::write(&path, "three").unwrap();
        assert_ne!(absent, one);
        assert_ne!(one, key());
    }
}
