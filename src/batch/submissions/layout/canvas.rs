use super::{Number, Owner};

/// Who a file of Canvas' belongs to, if it is one.
///
/// The student's name may hold underscores and so may the file's, but Canvas takes care that no `_digits_` is in the
/// student's: so the first two numbers in a row are the user's and the attachment's.
pub(super) fn file(name: &str) -> Option<Owner> {
    let words: Vec<&str> = name.split('_').collect();
    let is_number = |word: &str| !word.is_empty() && word.len() <= 20 && word.bytes().all(|byte| byte.is_ascii_digit());
    let anonymous = |at: usize| at > 0 && words[at - 1] == "anon" && !words[at].is_empty();
    // The user at `at`, the attachment behind it, and a file's name behind that.
    let at = (0..words.len().saturating_sub(2))
        .find(|at| is_number(words[at + 1]) && (anonymous(*at) || (*at > 0 && is_number(words[*at]))))?;
    let file = words[at + 2..].join("_");
    let end = if anonymous(at) { at - 1 } else { at };
    let late = end > 0 && words[end - 1] == "LATE";
    let person = words[..end - usize::from(late)].join("_");
    let original = if anonymous(at) { format!("anon_{}", words[at]) } else { format!("{person}_{}", words[at]) };
    if file.is_empty() || (person.is_empty() && !anonymous(at)) {
        return None;
    }
    let upload = words[at + 1].parse().unwrap_or(u64::MAX);
    let number = (!anonymous(at)).then(|| Number::Canvas(words[at].to_owned()));
    Some(Owner { number, person, late, upload, file: Some(file), ..Owner::plain(&original) })
}
