//! What a hostile archive does: one entry of it is refused with its reason, and the good rest is graded.

use std::io::Write;

use grade::batch::submissions::{Found, RefusedReason};
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};
use tar::EntryType;
use zip::unstable::write::FileOptionsExt;
use zip::write::SimpleFileOptions;

use super::build::{entry, gzip, last_position, position, tar, tar_with, zip, zip_with};
use super::{Class, lines, reason};

const RUST: &str = "fn main() { println!(\"mine\"); }\n";
const GOOD: (&str, &[u8]) = ("ex10_primes/main.rs", RUST.as_bytes());

/// Reads one archive of `mallory`, whose good entry must be found whatever else is in it.
fn read(name: &str, bytes: &[u8]) -> Found {
    let class = Class::new();
    class.file(name, bytes);
    let found = class.find();
    assert_eq!(
        lines(&found),
        [format!("mallory ex10_primes rust {name}: ex10_primes/main.rs")],
        "{:#?}",
        found.refused
    );
    found
}

/// Reads one archive of which nothing is good.
fn read_nothing(name: &str, bytes: &[u8]) -> Found {
    let class = Class::new();
    class.file(name, bytes);
    let found = class.find();
    assert!(lines(&found).is_empty(), "{:?}", lines(&found));
    assert!(!found.refused.is_empty(), "it is told");
    found
}

#[test]
fn names_that_lead_out_are_refused_alone() {
    let names = [
        "../../ex07_race/main.rs",
        "/etc/ex07_race.rs",
        "ex07_race/../../main.rs",
        "C:\\ex07_race.rs",
        "..\\ex07_race.rs",
    ];
    for name in names {
        let zipped = zip(&[(name, RUST.as_bytes()), GOOD]);
        let found = read("mallory.zip", &zipped);
        assert_eq!(reason(&found, &format!("mallory.zip: {name}")), &RefusedReason::UnsafePath);
        let tarred = tar(&[(name, RUST.as_bytes()), GOOD]);
        let found = read("mallory.tar", &tarred);
        assert_eq!(reason(&found, &format!("mallory.tar: {name}")), &RefusedReason::UnsafePath);
    }
}

#[test]
fn names_with_control_characters_and_too_long_ones_are_refused() {
    let long = format!("ex07_race/{}.rs", "x".repeat(300));
    let deep = format!("{}ex07_race/main.rs", "d/".repeat(40));
    for (name, what) in
        [("ex07_race/\u{1b}[2J.rs", "plain"), (&long, "at most 255 bytes"), (&deep, "folders in folders")]
    {
        let found = read("mallory.zip", &zip(&[(name, RUST.as_bytes()), GOOD]));
        let why = reason(&found, &format!("mallory.zip: {name}")).to_string();
        assert!(why.contains(what), "{name}: {why}");
    }
}

#[test]
fn windows_separators_are_separators() {
    let class = Class::new();
    class.file("alice.zip", zip(&[("work\\ex07_race\\main.rs", RUST.as_bytes())]));
    assert_eq!(lines(&class.find()), ["alice ex07_race rust alice.zip: work\\ex07_race\\main.rs"]);
}

#[test]
fn links_devices_and_pipes_in_archives_are_refused() {
    let bytes = tar_with(|builder| {
        for (kind, name) in [
            (EntryType::Symlink, "ex07_race/main.rs"),
            (EntryType::Link, "ex01_threads/main.rs"),
            (EntryType::Char, "ex22_fetch_all/main.rs"),
            (EntryType::Fifo, "ex22_fetch_all/main.py"),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            builder.append_link(&mut header, name, "/etc/passwd").expect("an entry");
        }
        entry(builder, EntryType::Regular, GOOD.0, GOOD.1);
    });
    let found = read("mallory.tar.gz", &gzip(&bytes));
    for (name, why) in [
        ("ex07_race/main.rs", RefusedReason::Link),
        ("ex01_threads/main.rs", RefusedReason::Link),
        ("ex22_fetch_all/main.rs", RefusedReason::Special),
        ("ex22_fetch_all/main.py", RefusedReason::Special),
    ] {
        assert_eq!(reason(&found, &format!("mallory.tar.gz: {name}")), &why);
    }
    let bytes = zip_with(|writer| {
        writer.add_symlink("ex07_race/main.rs", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
        writer.start_file(GOOD.0, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(GOOD.1).expect("its content");
    });
    let found = read("mallory.zip", &bytes);
    assert_eq!(reason(&found, "mallory.zip: ex07_race/main.rs"), &RefusedReason::Link);
}

#[test]
fn of_two_entries_of_one_name_neither_is_graded() {
    let bytes = tar(&[("ex07_race/main.rs", b"fn main() {}"), ("./ex07_race//main.rs", RUST.as_bytes()), GOOD]);
    let found = read("mallory.tar", &bytes);
    assert_eq!(found.refused.iter().filter(|refused| refused.reason == RefusedReason::Duplicate).count(), 2);
    // A writer refuses to write a name twice, so one is renamed in both of its headers.
    let mut bytes = zip(&[("ex07_race/main.rs", b"fn main() {}"), ("ex07_race/mine.rs", RUST.as_bytes()), GOOD]);
    for _ in 0..2 {
        let at = position(&bytes, b"mine.rs");
        bytes[at..at + 7].copy_from_slice(b"main.rs");
    }
    let found = read("mallory.zip", &bytes);
    assert_eq!(found.refused.iter().filter(|refused| refused.reason == RefusedReason::Duplicate).count(), 2);
}

#[test]
fn encrypted_entries_and_nested_archives_are_refused() {
    let inner = zip(&[("ex07_race/main.rs", RUST.as_bytes())]);
    let bytes = zip_with(|writer| {
        let secret = SimpleFileOptions::default().with_deprecated_encryption(b"password").expect("a key");
        writer.start_file("ex07_race/main.rs", secret).expect("an entry");
        writer.write_all(RUST.as_bytes()).expect("its content");
        for (name, content) in [("more.zip", inner.as_slice()), GOOD] {
            writer.start_file(name, SimpleFileOptions::default()).expect("an entry");
            writer.write_all(content).expect("its content");
        }
    });
    let found = read("mallory.zip", &bytes);
    assert_eq!(reason(&found, "mallory.zip: ex07_race/main.rs"), &RefusedReason::Encrypted);
    assert_eq!(reason(&found, "mallory.zip: more.zip"), &RefusedReason::NestedArchive);
}

#[test]
fn bombs_cost_their_entry_only() {
    let zeros = vec![b' '; 900 << 10];
    let huge = vec![b'\n'; 40 << 20];
    let bytes = zip(&[("ex07_race/main.rs", &zeros), ("ex01_threads/main.rs", &huge), GOOD]);
    assert!(bytes.len() < 100 << 10, "it is a bomb");
    let found = read("mallory.zip", &bytes);
    let ratio = RefusedReason::TooMuch { what: "times its compressed size", most: 200 };
    assert_eq!(reason(&found, "mallory.zip: ex07_race/main.rs"), &ratio);
    let size = RefusedReason::TooMuch { what: "bytes of a program", most: 1 << 20 };
    assert_eq!(reason(&found, "mallory.zip: ex01_threads/main.rs"), &size);
    // In a tar all is one stream: what stands in front of the bomb is graded, what is behind it cannot be told apart.
    let found =
        read("mallory.tar.gz", &gzip(&tar(&[GOOD, ("big.bin", &huge), ("ex07_race/main.rs", RUST.as_bytes())])));
    assert!(matches!(reason(&found, "mallory.tar.gz"), RefusedReason::Contradiction(_)), "{:#?}", found.refused);
}

#[test]
fn entries_that_share_bytes_are_refused() {
    let mut bytes = zip(&[("ex07_race/main.rs", RUST.as_bytes()), ("ex01_threads/main.rs", RUST.as_bytes()), GOOD]);
    // The second entry of the list says that it begins where the first does.
    let central = last_position(&bytes, b"ex01_threads/main.rs") - 46;
    let offset = central + 42;
    bytes[offset..offset + 4].copy_from_slice(&0_u32.to_le_bytes());
    let found = read("mallory.zip", &bytes);
    for name in ["ex07_race/main.rs", "ex01_threads/main.rs"] {
        assert!(matches!(reason(&found, &format!("mallory.zip: {name}")), RefusedReason::Contradiction(_)));
    }
}

#[test]
fn headers_that_lie_are_found_out() {
    let honest = zip(&[("ex07_race/main.rs", RUST.as_bytes()), GOOD]);
    let local = position(&honest, b"ex07_race/main.rs");
    let central = last_position(&honest, b"ex07_race/main.rs");
    let forge = |at: usize, bytes: &[u8]| {
        let mut forged = honest.clone();
        forged[at..at + bytes.len()].copy_from_slice(bytes);
        forged
    };
    for (what, forged) in [
        ("another name at the file", forge(local, b"ex01_race/main.rs")),
        ("another size in the list", forge(central - 46 + 24, &7_u32.to_le_bytes())),
        ("another size at the file", forge(local - 30 + 22, &7_u32.to_le_bytes())),
        ("another checksum in the list", forge(central - 46 + 16, &7_u32.to_le_bytes())),
    ] {
        let found = read("mallory.zip", &forged);
        let why = reason(&found, "mallory.zip: ex07_race/main.rs");
        assert!(matches!(why, RefusedReason::Contradiction(_)), "{what}: {why:?}");
    }
}

#[test]
fn what_is_no_archive_is_told() {
    for (name, bytes) in [
        ("mallory.zip", b"not a zip".to_vec()),
        ("mallory.tar.gz", b"\x1f\x8bnonsense".to_vec()),
        ("mallory.tar", vec![b'x'; 2048]),
        ("mallory.zip", Vec::new()),
        ("mallory.tgz", gzip(&tar(&[GOOD]))[..60].to_vec()),
    ] {
        let found = read_nothing(name, &bytes);
        assert!(matches!(reason(&found, name), RefusedReason::BadArchive(_)), "{name}: {:#?}", found.refused);
    }
    for name in ["mallory.rar", "mallory.7z", "mallory.tar.xz"] {
        let found = read_nothing(name, b"whatever");
        assert_eq!(reason(&found, name), &RefusedReason::UnsupportedArchive);
    }
}

#[test]
fn a_renamed_archive_is_read_for_what_it_is() {
    read("mallory.zip", &gzip(&tar(&[GOOD])));
    read("mallory.tar.gz", &zip(&[GOOD]));
    read("mallory.tar", &gzip(&tar(&[GOOD])));
}

#[test]
fn heaps_of_entries_and_of_refusals_end() {
    let names: Vec<String> = (0..300).map(|number| format!("../x{number}.rs")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![GOOD];
    files.extend(names.iter().map(|name| (name.as_str(), RUST.as_bytes())));
    let found = read("mallory.zip", &zip(&files));
    assert_eq!(found.refused.len(), 51, "fifty, and that there are more");
    let names: Vec<String> = (0..10_500).map(|number| format!("x{number}")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![GOOD];
    files.extend(names.iter().map(|name| (name.as_str(), [].as_slice())));
    for (name, bytes) in [("mallory.zip", zip(&files)), ("mallory.tar", tar(&files))] {
        let found = read(name, &bytes);
        assert_eq!(reason(&found, name), &RefusedReason::TooMuch { what: "entries", most: 10_000 });
    }
}

#[test]
fn damaged_archives_never_panic_and_never_give_what_was_not_in_them() {
    // A fixed walk through damages: one byte at a time, at many places.
    let zipped = zip(&[("ex07_race/main.rs", RUST.as_bytes()), GOOD]);
    let tarred = gzip(&tar(&[("ex07_race/main.rs", RUST.as_bytes()), GOOD]));
    let class = Class::new();
    for (name, bytes) in [("mallory.zip", zipped), ("mallory.tar.gz", tarred)] {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            class.file(name, &damaged);
            let found = class.find();
            for submitted in &found.submissions {
                let whole = submitted.source == RUST.as_bytes();
                // Tar has no checksum over content, gzip has one over all of it.
                assert!(whole, "{name} at {at}: {:?}", String::from_utf8_lossy(&submitted.source));
            }
        }
        std::fs::remove_file(class.path().join(name)).expect("removed");
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    /// Bytes overwritten, cut out, doubled: reading ends, and nothing comes out that was not put in.
    #[test]
    fn mangled_archives_end_and_invent_nothing(
        tarred in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<[u8; 4]>()), 1..8),
    ) {
        let files: [(&str, &[u8]); 2] = [("ex07_race/main.rs", RUST.as_bytes()), GOOD];
        let mut bytes = if tarred { gzip(&tar(&files)) } else { zip(&files) };
        for (at, how, with) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            let end = (at + 4).min(bytes.len());
            match how {
                0 => bytes[at..end].copy_from_slice(&with[..end - at]),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.extend_from_within(at..),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let class = Class::new();
        class.file(if tarred { "mallory.tar.gz" } else { "mallory.zip" }, &bytes);
        for submitted in &class.find().submissions {
            prop_assert_eq!(&submitted.source, RUST.as_bytes());
        }
    }

    /// Whatever a file is, reading it as an archive ends with a reason.
    #[test]
    fn any_bytes_are_refused_with_a_reason(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        magic in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\x00"]),
        name in prop::sample::select(vec!["mallory.zip", "mallory.tar", "mallory.tgz"]),
    ) {
        let class = Class::new();
        class.file(name, [magic, &bytes].concat());
        let found = class.find();
        prop_assert!(found.submissions.is_empty());
    }
}
