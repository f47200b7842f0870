//! The dead of a run are buried by its grader: where the machine's first process buries nobody, as in many a container, they
//! would take up places for ever. Alone in its file: this process adopts what nobody else does.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::prctl;

use self::processes::children;

mod processes;

#[test]
fn a_grader_buries_all_that_a_fork_bomb_left() {
    prctl::set_child_subreaper(true).expect("it adopts");
    let folder = tempfile::tempdir().expect("a folder");
    let bomb = folder.path().join("bomb.py");
    fs::write(&bomb, "import os\nwhile True:\n    os.fork()\n").expect("written");
    for sandbox in ["auto", "landlock", "off"] {
        let output = Command::new(env!("CARGO_BIN_EXE_grade"))
            .args(["ex01", "--sandbox", sandbox, "--format", "json", "--file"])
            .arg(&bomb)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/courses/tiny"))
            .env("GRADE_CACHE_DIR", folder.path().join("cache"))
            .stdin(Stdio::null())
            .output()
            .expect("grade runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            said.contains("\"limit\":\"processes\""),
            "{sandbox}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let left = children();
        assert!(left.is_empty(), "{sandbox}: {} of its dead lie about, such as {}", left.len(), left[0]);
    }
}
