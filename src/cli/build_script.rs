//! Puts the course into the binary: lists every file of `graders`, `solutions` and `exercises` for `src/cli/embedded.rs`.
//!
//! A student who works in a checkout edits `exercises/*/main.rs` all day, and that must not compile `grade` anew each
//! time: so where a starter is recorded in `graders/*/starter`, that copy is what is embedded (and watched).
#![expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::collections::BTreeMap;
use std::fs;
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

    println!("cargo::rerun-if-changed=src/cli/build_script.rs");
    for folder in ["graders", "solutions"] {
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
