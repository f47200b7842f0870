use super::super::RefusedReason;
use super::super::limits::Limits;

/// The names of an entry's path: plain, relative, and of what a file's name may hold. Windows' separators are taken for
/// what they are.
///
/// # Errors
/// With the names as far as they go, when it is absolute, leads upwards, or holds a control character or is too long.
pub(super) fn names(path: &str, limits: &Limits) -> Result<Vec<String>, (Vec<String>, RefusedReason)> {
    let names: Vec<String> =
        path.split(['/', '\\']).filter(|name| !matches!(*name, "" | ".")).map(str::to_owned).collect();
    let drive = path.as_bytes().get(1) == Some(&b':');
    let absolute = path.starts_with(['/', '\\']);
    let strange = names.iter().any(|name| name == ".." || name.chars().any(char::is_control));
    if names.is_empty() || drive || absolute || strange {
        return Err((names, RefusedReason::UnsafePath));
    }
    if names.len() > limits.depth {
        return Err((names, RefusedReason::TooMuch { what: "folders in folders", most: limits.depth as u64 }));
    }
    if names.iter().any(|name| name.len() > limits.name) {
        return Err((names, RefusedReason::TooMuch { what: "bytes of a name", most: limits.name as u64 }));
    }
    Ok(names)
}

/// What two entries that overwrite each other have in common: the path without regard to case.
pub(super) fn identity(names: &[String]) -> String {
    names.join("/").to_lowercase()
}
