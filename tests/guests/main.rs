//! Programs of many languages under `grade trace`: each must write what it writes in real time, at the time that it
//! would take in real time, to within a few milliseconds.
//!
//! A guest is a source file with an `.expected` file beside it; a new pair is a new test. The expectations were checked
//! against the same programs without us. Times count from the guest's first line, since an interpreter's start is CPU
//! time and differs between machines. The tokio guests are part of this executable, which needs no second build of tokio.

mod bare;
mod build;
mod expected;
mod run;
mod tokio_guests;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--as-guest") {
        let name = args.next().expect("the guest's name");
        return tokio_guests::run(&name);
    }
    let arguments = Arguments::from_args();
    let trials = expectations(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests"));
    assert!(trials.len() > 20, "the guests were not found");
    libtest_mimic::run(&arguments, trials).exit();
}

fn expectations(folder: &Path) -> Vec<Trial> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(folder).expect("a file of the folder").with_extension("");
            Trial::test(name.to_string_lossy().into_owned(), move || Ok(run::compare(&file)?))
        })
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder of guests") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "expected") {
            into.push(path);
        }
    }
}
