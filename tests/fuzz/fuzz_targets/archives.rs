//! A student's archive, of any bytes: reading it ends, and what comes out fits the limits.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use grade::batch::submissions::{Filter, find};
use grade::course::model::Course;
use libfuzzer_sys::fuzz_target;

static COURSE: LazyLock<Course> = LazyLock::new(|| {
    grade::course::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the course loads")
});

/// The first byte chooses what the file says that it is.
const NAMES: [&str; 3] = ["mallory.zip", "mallory.tar", "mallory.tar.gz"];

fuzz_target!(|data: &[u8]| {
    let Some((first, archive)) = data.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(NAMES[usize::from(*first) % NAMES.len()]), archive).expect("a file");
    let found = find(folder.path(), &COURSE, &Filter::default()).expect("a folder that can be read");
    for submitted in &found.submissions {
        assert!(submitted.source.len() <= 1 << 20);
        assert_eq!(submitted.student, "mallory");
    }
});
