//! "Did you mean": the nearest of a few names.

/// The nearest of the candidates, when it is near enough to be what was meant.
pub(super) fn nearest<'a>(written: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let simple = |text: &str| text.to_lowercase().replace(['_', ' '], "-");
    let written = simple(written);
    candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&written, &simple(candidate)), *candidate))
        .filter(|(distance, candidate)| {
            let longest = written.chars().count().max(candidate.chars().count());
            *distance <= (longest / 3).max(1) && *distance < longest
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
        .or_else(|| {
            // A word that was shortened or lengthened: `threads` for `threads_max`, `desc` for `description`.
            let begins = |candidate: &&&str| {
                let candidate = simple(candidate);
                let shortest = candidate.len().min(written.len());
                shortest >= 3 && (candidate.starts_with(&written) || written.starts_with(&candidate))
            };
            candidates.iter().find(begins).copied()
        })
}

/// A help text: the nearest candidate, or else all of them behind `intro`.
pub(super) fn nearest_or_all(written: &str, candidates: &[&str], intro: &str) -> String {
    match (nearest(written, candidates), candidates) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => "there are none yet".to_owned(),
        (None, [one]) => format!("the only one is `{one}`"),
        (None, _) => format!("{intro} {}", list(candidates)),
    }
}

/// Names in backquotes with commas between, as in a sentence.
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{list, nearest};

    #[test]
    fn the_nearest_name_is_found_when_it_is_near() {
        let names = ["at_least", "at_most", "equals", "event"];
        for (written, found) in [
            ("atleast", Some("at_least")),
            ("at-most", Some("at_most")),
            ("EVENT", Some("event")),
            ("x", None),
            ("evnet", Some("event")),
            ("eq", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, &names), found, "{written}");
        }
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
