use super::{Number, Owner, Said};

const FILES: &str = "_assignsubmission_file";
const TYPED: &str = "_assignsubmission_onlinetext";

/// Who a folder of Moodle's belongs to, if it is one.
pub(super) fn folder(name: &str) -> Option<Said> {
    if name.contains(TYPED) {
        return Some(Said::Nothing);
    }
    let participant = name.strip_suffix('_').unwrap_or(name).strip_suffix(FILES)?;
    owner(participant).map(Said::Owned)
}

/// Who a flat file of Moodle's belongs to, if it is one.
pub(super) fn file(name: &str) -> Option<Owner> {
    let (participant, file) = name.split_once(FILES)?;
    let file = file.strip_prefix('_').filter(|file| !file.is_empty())?;
    let mut owner = owner(participant)?;
    owner.file = Some(file.to_owned());
    Some(owner)
}

/// `Ada Lovelace_123`; the group that everybody is in who is in none has no number.
fn owner(participant: &str) -> Option<Owner> {
    if participant.is_empty() {
        return None;
    }
    let mut owner = Owner::plain(participant);
    if let Some((name, number)) = participant.rsplit_once('_')
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        owner.number = Some(Number::Moodle(number.to_owned()));
        name.clone_into(&mut owner.person);
    }
    Some(owner)
}
