//! The house as `src/lib.rs` draws it: who may use whom, where `unsafe` and printing may stand, how large a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may use. `cli` and the crate root may use all; nobody uses `cli`.
const MAY_USE: &[(&str, &[&str])] = &[
    (
        "batch",
        &[
            "build", "check", "clock", "course", "diag", "engine", "event", "folder", "pool", "report", "schedule",
            "trace",
        ],
    ),
    ("pool", &["build", "course", "engine", "event", "folder", "sandbox", "sys", "trace", "wire"]),
    ("explore", &["clock", "schedule", "trace", "tracer"]),
    (
        "engine",
        &["build", "clock", "course", "fixture", "folder", "sandbox", "schedule", "sys", "trace", "tracer", "wire"],
    ),
    ("tracer", &["clock", "sandbox", "schedule", "sys", "trace"]),
    ("build", &["course", "event", "folder", "sandbox", "sys", "wire"]),
    ("fixture", &["sys", "trace"]),
    ("sandbox", &["clock", "folder", "sys"]),
    ("schedule", &["clock"]),
    ("check", &["clock", "course", "trace"]),
    ("report", &["check", "clock", "course", "event", "trace"]),
    ("event", &["check", "course"]),
    ("course", &["clock", "diag"]),
    ("trace", &["clock"]),
    ("clock", &[]),
    ("diag", &[]),
    ("folder", &[]),
    ("sys", &[]),
    ("wire", &[]),
];

fn source_files() -> Vec<PathBuf> {
    fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable source folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "the source tree was found");
    files
}

/// The room that a file belongs to: its folder's or its own name directly under `src`.
fn room(file: &Path) -> String {
    let relative = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
    let first = relative.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The code without its comments, line by line, up to the unit tests.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
}

/// Every room that a line names after `crate::`, also in a braced list.
fn rooms_named(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("crate::") {
        rest = &rest[at + "crate::".len()..];
        let names = rest.strip_prefix('{').map_or_else(|| vec![rest], |list| list.split(',').collect());
        for name in names {
            rooms.push(name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn rooms_use_only_the_rooms_that_the_map_allows() {
    let allowed: BTreeMap<_, BTreeSet<_>> =
        MAY_USE.iter().map(|(room, uses)| (*room, uses.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for file in source_files() {
        let room = room(&file);
        if ["main", "lib", "cli"].contains(&room.as_str()) {
            continue;
        }
        let uses = allowed.get(room.as_str()).unwrap_or_else(|| panic!("the map does not know the room `{room}`"));
        let text = fs::read_to_string(&file).expect("a readable source file");
        for (number, line) in code_lines(&text) {
            for used in rooms_named(line) {
                let known = allowed.contains_key(used.as_str()) || used == "cli";
                if known && used != room && !uses.contains(used.as_str()) {
                    wrong.push(format!("{}:{number}: `{room}` may not use `{used}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "edges that the map in lib.rs does not have:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_stands_only_in_sys() {
    for file in source_files() {
        let text = fs::read_to_string(&file).expect("a readable source file");
        if room(&file) == "sys" {
            continue;
        }
        for (number, line) in code_lines(&text) {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            assert!(!words.any(|word| word == "unsafe"), "{}:{number}: unsafe code outside src/sys", file.display());
        }
    }
}

#[test]
fn no_file_is_larger_than_the_house_allows() {
    for file in source_files() {
        let text = fs::read_to_string(&file).expect("a readable source file");
        let lines = code_lines(&text).count();
        assert!(lines <= 600, "{} has {lines} lines without its tests: split it", file.display());
    }
}

#[test]
fn every_room_says_what_it_is_for() {
    for file in source_files().iter().filter(|file| file.ends_with("mod.rs")) {
        let text = fs::read_to_string(file).expect("a readable source file");
        assert!(text.starts_with("//! "), "{} does not open with what, why and what not", file.display());
    }
}

#[test]
fn main_is_tiny() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).expect("main.rs");
    assert!(main.lines().count() <= 15);
}
