//! Names of students that are safe wherever a report or a person puts them: in a path, a table, a shell.

use std::collections::{BTreeMap, BTreeSet};

/// The longest name in bytes, a digest included.
const LONGEST: usize = 80;

/// Names that Windows keeps for devices, whatever their ending.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "clock$", "conin$"];

/// A name for each original: letters, digits and `-_.@` only, never empty, hidden, reserved or long, and unique also
/// where case does not count. A name that is already so is kept. One that loses something gets a digest of the original,
/// so that it is the same whoever else is in the course.
pub(super) fn make<'a>(originals: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    let originals: BTreeSet<&str> = originals.into_iter().collect();
    // Who keeps their name as it is goes first; of those that differ by case the smallest.
    let mut order: Vec<(bool, &str, String)> = originals
        .into_iter()
        .map(|original| {
            let name = safe(original);
            (name != original, original, name)
        })
        .collect();
    order.sort();
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for (_, original, mut name) in order {
        if !taken.insert(name.to_lowercase()) {
            let plain = name;
            // A digest of the original is its own; only somebody who was called so by intent can have it already.
            let tries = (0_u32..).map(|salt| {
                with_digest(&plain, &if salt == 0 { original.to_owned() } else { format!("{original}\0{salt}") })
            });
            name = tries.into_iter().find(|name| taken.insert(name.to_lowercase())).unwrap_or(plain);
        }
        names.insert(original.to_owned(), name);
    }
    names
}

/// The name by itself.
fn safe(original: &str) -> String {
    let mut name = String::with_capacity(original.len());
    let mut lossy = false;
    for character in original.trim().chars() {
        if character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '@') {
            name.push(character);
        } else {
            // A blank, an apostrophe or a comma tells nobody apart.
            lossy |= !matches!(character, ' ' | ',' | '\'');
            if !name.ends_with('_') {
                name.push('_');
            }
        }
    }
    let trimmed = name.trim_start_matches(['.', '-']).trim_end_matches(['.', '_']);
    lossy |= trimmed.len() + usize::from(name.ends_with('_')) < name.len();
    let stem = trimmed.split('.').next().unwrap_or_default().to_lowercase();
    let port = |name: &str| stem.strip_prefix(name).is_some_and(|rest| rest.chars().count() == 1);
    let reserved = RESERVED.contains(&stem.as_str()) || port("com") || port("lpt");
    let name = if trimmed.is_empty() { "student" } else { trimmed };
    if lossy || reserved || trimmed.is_empty() || name.len() > LONGEST {
        with_digest(name, original)
    } else {
        name.to_owned()
    }
}

/// A name made shorter where it must be, and told apart by what it was made of.
fn with_digest(name: &str, original: &str) -> String {
    let digest = blake3::hash(original.as_bytes()).to_hex();
    let end = name.floor_char_boundary(LONGEST - 9);
    // The digest is at the end, but a device's name is one with anything behind a full stop.
    format!("{}-{}", name[..end].replace('.', "_"), &digest[..8])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::{LONGEST, make};

    fn one(original: &str) -> String {
        make([original])[original].clone()
    }

    #[test]
    fn ordinary_names_stay_readable() {
        for (original, name) in [
            ("alice", "alice"),
            ("Ada Lovelace_123", "Ada_Lovelace_123"),
            ("o'neil, tim_7", "o_neil_tim_7"),
            ("Zoë", "Zoë"),
            ("李小龍_9", "李小龍_9"),
            ("ada@uni.example", "ada@uni.example"),
        ] {
            assert_eq!(one(original), name);
        }
    }

    #[test]
    fn names_that_would_be_dangerous_are_not_kept() {
        for original in [
            "..",
            ".",
            "",
            "/etc/passwd",
            "a/../b",
            "\u{202e}evil",
            "a\u{1b}[2J",
            "con",
            "NUL.txt",
            "com1",
            "-rf",
            ".git",
            "x\0y",
        ] {
            let name = one(original);
            assert!(!name.starts_with(['.', '-']) && !name.contains(['/', '\\', '\0', '\u{1b}', '\u{202e}']), "{name}");
            assert!(name.len() > 9 && name.as_bytes()[name.len() - 9] == b'-', "{original:?} lost something: {name}");
        }
    }

    #[test]
    fn names_that_become_one_are_told_apart_and_the_plain_one_is_kept() {
        let names = make(["a b", "a_b", "A_B", "a,b"]);
        assert_eq!(names["a_b"].to_lowercase().as_str().min("a_b"), "a_b");
        let mut all: Vec<String> = names.values().map(|name| name.to_lowercase()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4, "{names:?}");
        assert!(names["A_B"] == "A_B", "the smallest of those that are safe: {names:?}");
    }

    proptest! {
        #[test]
        fn every_name_is_safe_unique_and_independent_of_order(originals in prop::collection::vec(any::<String>(), 0..12)) {
            let names = make(originals.iter().map(String::as_str));
            let mut folded: Vec<String> = names.values().map(|name| name.to_lowercase()).collect();
            for name in &folded {
                prop_assert!(!name.is_empty() && name.len() <= 2 * LONGEST, "{name:?}");
                prop_assert!(name.chars().all(|c| c.is_alphanumeric() || "-_.@\u{307}".contains(c)), "{name:?}");
                prop_assert!(!name.starts_with(['.', '-']) && !name.ends_with('.'), "{name:?}");
            }
            folded.sort();
            folded.dedup();
            prop_assert_eq!(folded.len(), names.len());
            let backwards = make(originals.iter().rev().map(String::as_str));
            prop_assert_eq!(&backwards, &names);
        }
    }
}
