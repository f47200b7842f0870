//! Which crates that are linked into a program of Rust are its own, beside the one that its file is named for: a package may have a
//! library and several programs, and a workspace several packages.
//!
//! Nothing in the file tells them from those of others. Where Cargo has built it, a note of each crate's sources lies beside it (the
//! [dependencies' information](https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files) of the compiler): by a
//! path from the workspace on for its own, by a whole path for what was fetched.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A folder of builds may be large, and may be anybody's: so many of its files are looked at, and so much of each is read.
const MOST_FILES: usize = 20_000;
const MOST_BYTES: u64 = 4_096;
/// Where Cargo puts the sources of others that are kept in a workspace.
const OTHERS: &str = "vendor/";

/// The names of the crates of the workspace that a program was built in, as the process `pid` sees the file `program`; none where
/// Cargo has not built it.
pub(super) fn own_crates(pid: i32, program: &Path) -> Vec<String> {
    let Some(folder) = program.parent().and_then(|folder| folder.strip_prefix("/").ok()) else { return Vec::new() };
    let folder = Path::new("/proc").join(pid.to_string()).join("root").join(folder);
    let mut found: Vec<String> = notes(&folder).iter().filter_map(|note| own_crate(note)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The notes of a build: programs lie above them, examples beside them, tests among them.
fn notes(folder: &Path) -> Vec<PathBuf> {
    let among = folder.ends_with("deps").then(|| folder.to_owned());
    let mut places = among.into_iter().chain([folder.join("deps"), folder.join("../deps")]);
    let files = |place: PathBuf| fs::read_dir(place).ok();
    let Some(files) = places.find_map(files) else { return Vec::new() };
    let paths = files.take(MOST_FILES).flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "d")).collect()
}

/// The crate that a note is of, named `crate-hash.d`, when it is the workspace's own.
fn own_crate(note: &Path) -> Option<String> {
    let (name, _) = note.file_stem()?.to_str()?.rsplit_once('-')?;
    let mut text = String::new();
    // Its end may be cut off, in the middle of a letter.
    let _ = opened(note)?.take(MOST_BYTES).read_to_string(&mut text);
    is_of_workspace(&text).then(|| name.to_owned())
}

/// A file, and nothing else that has a name: it is opened without waiting for anybody.
fn opened(path: &Path) -> Option<File> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path).ok()?;
    file.metadata().is_ok_and(|metadata| metadata.is_file()).then_some(file)
}

/// Whether the first source of the first line, `made: sources`, is of the workspace.
fn is_of_workspace(note: &str) -> bool {
    let sources = note.lines().next().and_then(|line| line.split_once(": "));
    sources.is_some_and(|(_, sources)| !sources.is_empty() && !sources.starts_with('/') && !sources.starts_with(OTHERS))
}

#[cfg(test)]
mod tests {
    use super::{is_of_workspace, own_crates};

    #[test]
    fn a_crate_whose_sources_are_named_from_the_workspace_on_is_its_own() {
        assert!(is_of_workspace(
            "/work/target/release/deps/bank-4d5f31338e5278f3.d: src/lib.rs src/account.rs\n\nsrc/lib.rs:\n"
        ));
        for other in [
            "/w/deps/tokio-1.d: /home/me/.cargo/registry/src/index-1/tokio-1.40.0/src/lib.rs\n",
            "/w/deps/tokio-1.d: vendor/tokio/src/lib.rs\n",
            "/w/deps/empty-1.d: \n",
            "no note at all",
            "",
        ] {
            assert!(!is_of_workspace(other), "{other}");
        }
    }

    #[test]
    fn the_crates_of_this_workspace_are_known_by_the_notes_of_its_build() {
        let pid = i32::try_from(std::process::id()).expect("a process");
        let found = own_crates(pid, &std::env::current_exe().expect("this test's path"));
        assert!(found.iter().any(|name| name == env!("CARGO_CRATE_NAME")), "{found:?}");
        assert!(!found.iter().any(|name| name == "serde"), "{found:?}");
    }
}
