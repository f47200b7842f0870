//! What a hostile folder does: links, pipes, heaps, names.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use grade::batch::submissions::RefusedReason;

use super::{Class, lines, reason};

const RUST: &str = "fn main() { println!(\"mine\"); }\n";

#[test]
fn no_link_is_followed_anywhere() {
    let class = Class::new();
    let secret = tempfile::tempdir().expect("a folder");
    fs::write(secret.path().join("main.rs"), "fn main() { /* secret */ }").expect("a file");
    class.file("alice/ex10_primes/main.rs", RUST);
    symlink(secret.path().join("main.rs"), class.path().join("alice/ex10_primes/main.py")).expect("a link");
    symlink(secret.path(), class.path().join("alice/ex07_race")).expect("a link");
    symlink(secret.path(), class.path().join("bob")).expect("a link");
    symlink("../../carol/ex01_threads.rs", class.path().join("alice/ex01_threads.rs")).expect("a link");
    class.file("carol/ex01_threads.rs", RUST);
    symlink(secret.path().join("main.rs"), class.path().join("dave.zip")).expect("a link");
    let found = class.find();
    assert_eq!(
        lines(&found),
        ["alice ex10_primes rust alice/ex10_primes/main.rs", "carol ex01_threads rust carol/ex01_threads.rs"]
    );
    for origin in ["alice/ex10_primes/main.py", "alice/ex07_race", "alice/ex01_threads.rs", "bob", "dave.zip"] {
        assert_eq!(reason(&found, origin), &RefusedReason::Link);
    }
}

#[test]
fn pipes_and_sockets_do_not_hold_us() {
    let class = Class::new();
    class.file("alice/ex10_primes/main.rs", RUST);
    nix::unistd::mkfifo(&class.path().join("alice/ex07_race.rs"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    nix::unistd::mkfifo(&class.path().join("alice/work.zip"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let _socket = std::os::unix::net::UnixListener::bind(class.path().join("alice/ex01_threads.py")).expect("a socket");
    let found = class.find();
    assert_eq!(lines(&found).len(), 1);
    for origin in ["alice/ex07_race.rs", "alice/work.zip", "alice/ex01_threads.py"] {
        assert_eq!(reason(&found, origin), &RefusedReason::Special);
    }
}

#[test]
fn large_files_deep_folders_and_heaps_are_refused_and_the_rest_is_read() {
    let class = Class::new();
    class.file("alice/ex10_primes/main.rs", RUST);
    class.file("alice/ex07_race/main.rs", vec![b' '; (1 << 20) + 1]);
    class.file(&format!("alice/{}ex01_threads.rs", "d/".repeat(40)), RUST);
    for number in 0..10_100 {
        fs::write(class.path().join(format!("alice/ex10_primes/note{number}")), "").expect("a file");
    }
    class.file("bob/ex10_primes/main.rs", RUST);
    let found = class.find();
    assert_eq!(lines(&found).len(), 2, "{:?}", lines(&found));
    assert_eq!(
        reason(&found, "alice/ex07_race/main.rs"),
        &RefusedReason::TooMuch { what: "bytes of a program", most: 1 << 20 }
    );
    assert!(found.refused.iter().any(|refused| refused.reason.to_string().contains("folders in folders")));
    assert!(found.refused.iter().any(|refused| refused.reason.to_string().contains("files and folders")));
}

#[test]
fn names_of_students_may_hold_anything_and_results_do_not() {
    let class = Class::new();
    let names: [&[u8]; 7] =
        [b"\x1b[2Jalice", "\u{202e}ecila".as_bytes(), b"al\xffice", b"al\xfeice", b"con", b"-rf", b"a b\nc"];
    for name in names {
        let folder = class.path().join(OsStr::from_bytes(name)).join("ex07_race");
        fs::create_dir_all(&folder).expect("folders");
        fs::write(folder.join("main.rs"), RUST).expect("a file");
    }
    let found = class.find();
    assert_eq!(found.submissions.len(), names.len());
    for submitted in &found.submissions {
        let student = &submitted.student;
        assert!(student.chars().all(|letter| letter.is_alphanumeric() || "-_.@".contains(letter)), "{student:?}");
        assert!(!student.starts_with(['.', '-']) && student != "con");
    }
    let mut students: Vec<_> = found.submissions.iter().map(|it| it.student.to_lowercase()).collect();
    students.dedup();
    assert_eq!(students.len(), names.len(), "each has a name of its own: {students:?}");
}

#[test]
fn a_file_that_may_not_be_read_is_told() {
    if nix::unistd::geteuid().is_root() {
        // Root reads everything: there is nothing to see.
        return;
    }
    let class = Class::new();
    let path = class.file("alice/ex07_race.rs", RUST);
    fs::set_permissions(path, fs::Permissions::from_mode(0o0)).expect("a mode");
    assert!(matches!(reason(&class.find(), "alice/ex07_race.rs"), RefusedReason::Unreadable(_)));
}
