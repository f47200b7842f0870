//! Names this build, by a hash of the source, puts the course into the binary (it lists every file of `graders`, `solutions` and
//! `exercises` for `src/cli/embedded.rs`), and links it at a fixed address.
//!
//! A student who works in a checkout edits `exercises/*/main.rs` all day, and that must not compile `grade` anew each
//! time: so where a starter is recorded in `graders/*/starter`, that copy is what is embedded (and watched).
#![expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut files = BTreeMap::new();
    for folder in ["graders", "solutions", "exercises"] {
        collect(&root, &root.join(folder), &mut files);
    }
    let starters: Vec<_> = files
        .iter()
        .filter_map(|(name, path)| {
            let (exercise, file) = name.strip_prefix("graders/")?.split_once("/starter/")?;
            Some((format!("exercises/{exercise}/{file}"), path.clone()))
        })
        .collect();
    files.extend(starters);

    link_at_a_fixed_address();
    println!("cargo::rustc-env=GRADE_BUILD={:016x}", hash(&root));
    for folder in ["src", "Cargo.lock", "graders", "solutions"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let mut list = String::from("&[\n");
    for (name, path) in &files {
        let path = path.to_str().expect("the repository's path is UTF-8");
        if name.starts_with("exercises/") {
            println!("cargo::rerun-if-changed={path}");
        }
        list.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    list.push_str("]\n");
    fs::write(out.join("course_files.rs"), list).expect("cargo's output folder is writable");
}

/// A program that may lie anywhere mends 26,000 addresses each time it starts, which copies 120 pages: half a millisecond for
/// `grade` itself, for each worker and for each sandbox's stage, one a run. Where our code lies is no secret worth that: what
/// we watch never sees our memory.
fn link_at_a_fixed_address() {
    // With other C libraries rustc names the start-up objects itself, and they would be the wrong ones.
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// A hash of all that the binary is made of, but the course.
fn hash(root: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    fs::read(root.join("Cargo.lock")).unwrap_or_default().hash(&mut hasher);
    std::env::var_os("PROFILE").hash(&mut hasher);
    hash_folder(&root.join("src"), &mut hasher);
    hasher.finish()
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else {
            path.file_name().hash(hasher);
            fs::read(&path).unwrap_or_default().hash(hasher);
        }
    }
}

/// Every file under `folder` by its name relative to `root`; what an editor, Python or insta left behind is left out.
fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') || name == "__pycache__" || name == "target" {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if ["rs", "py", "md", "toml", "snap", "txt", "json"]
            .iter()
            .any(|wanted| Path::new(name).extension().is_some_and(|extension| extension == *wanted))
        {
            let relative = path.strip_prefix(root).expect("it is under the root").to_str().expect("it is UTF-8");
            files.insert(relative.to_owned(), path.clone());
        }
    }
}
