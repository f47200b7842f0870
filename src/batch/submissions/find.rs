use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::beneath::{Folder, Kind, Listed};
use super::choose::choose;
use super::collect::{Collected, Collector, Piece, Rejected, shown};
use super::exercises::Exercises;
use super::layout::{self, Export, LARGEST, METADATA, Owner, Repositories, Said};
use super::limits::Limits;
use super::roster::Lookup;
use super::{Filter, Found, Note, Refused, RefusedReason, Roster, Student, SubmissionsError, Submitted, names};
use crate::course::model::Course;

/// The file that is taken for the roster when none is named.
const ROSTER: &str = "roster.csv";
/// The largest roster.
const LARGEST_ROSTER: u64 = 16 << 20;

/// Reads a folder of submissions, in any of the layouts that this room knows.
///
/// # Errors
/// When the folder or the roster cannot be read, or the filter names an exercise that the course does not have. What is
/// wrong with a student's files is in the result.
pub fn find(folder: &Path, course: &Course, filter: &Filter) -> Result<Found, SubmissionsError> {
    let exercises = Exercises::of(course, filter)?;
    let root = Folder::root(folder).map_err(SubmissionsError::io("open the folder", folder))?;
    let roster = roster(&root, folder, filter)?;
    let limits = &Limits::BATCH;
    let (listed, more) = root.list(limits.students).map_err(SubmissionsError::io("list the folder", folder))?;
    let mut found = Found { roster, ..Found::default() };
    if more {
        let most = limits.students as u64;
        let reason = RefusedReason::TooMuch { what: "students", most };
        found.refused.push(Refused { student: None, exercise: None, origin: ".".to_owned(), reason });
    }
    let owned = owned(&root, folder, listed, &exercises, &mut found.refused);
    let mut groups = group(owned, found.roster.as_ref(), &root, &exercises, &mut found.notes);
    let names = names::make(groups.keys().map(String::as_str));
    for (original, group) in &mut groups {
        let name = &names[original];
        let aliases = group.owned.iter().map(|(owner, _)| owner.original.as_str());
        if !aliases.chain([original.as_str()]).any(|alias| filter.wants_student(name, alias)) {
            continue;
        }
        let handed_in = found.student(name, group, &root, &exercises, filter);
        if found.roster.is_some() && group.row.is_none() {
            found.notes.push(Note::NotInRoster { student: name.clone() });
        }
        found.students.push(Student { name: name.clone(), original: original.clone(), row: group.row, handed_in });
    }
    found.students.sort_by(|one, other| one.name.cmp(&other.name));
    found.submissions.sort_by(|one, other| (&one.student, &one.exercise).cmp(&(&other.student, &other.exercise)));
    Ok(found)
}

/// Everything that is one student's.
#[derive(Default)]
struct Group {
    row: Option<usize>,
    owned: Vec<(Owner, Listed)>,
}

impl Found {
    /// Reads one student's files; whether there were any.
    fn student(&mut self, name: &str, group: &Group, root: &Folder, exercises: &Exercises, filter: &Filter) -> bool {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut refused: Vec<Rejected> = Vec::new();
        for (owner, listed) in &group.owned {
            let collected = collect(owner, listed, root, exercises);
            pieces.extend(collected.pieces);
            refused.extend(collected.refused);
        }
        let chosen = choose(pieces, exercises, filter.language);
        refused.extend(chosen.refused);
        let handed_in = !chosen.taken.is_empty() || !refused.is_empty();
        self.refused.extend(refused.into_iter().map(|refused| Refused {
            student: Some(name.to_owned()),
            exercise: refused.exercise,
            origin: refused.origin,
            reason: refused.reason,
        }));
        self.notes.extend(chosen.passed_over.into_iter().map(|(exercise, taken, passed_over)| Note::Chosen {
            student: name.to_owned(),
            exercise,
            taken,
            passed_over,
        }));
        self.submissions.extend(chosen.taken.into_iter().map(|piece| Submitted {
            student: name.to_owned(),
            exercise: piece.place.exercise,
            language: piece.place.language,
            digest: blake3::hash(&piece.source).to_hex().to_string(),
            source: piece.source,
            origin: piece.origin,
            late: piece.late,
        }));
        handed_in
    }
}

/// What one thing in the folder holds.
fn collect(owner: &Owner, listed: &Listed, root: &Folder, exercises: &Exercises) -> Collected {
    let mut collector = Collector::new(exercises, &Limits::BATCH, owner);
    if listed.kind == Kind::Folder {
        collector.folder(root, &listed.name);
    } else {
        collector.file(root, &listed.name);
    }
    collector.finish(&listed.name)
}

/// Whose each thing in the folder is. What is a student's and cannot be told whose is refused.
fn owned(
    root: &Folder,
    path: &Path,
    listed: Vec<Listed>,
    exercises: &Exercises,
    refused: &mut Vec<Refused>,
) -> Vec<(Owner, Listed)> {
    let is_clone = |listed: &&Listed| {
        let folder = (listed.kind == Kind::Folder).then(|| root.folder(&listed.name).ok()).flatten();
        folder.is_some_and(|folder| folder.kind(OsStr::new(".git")).is_some())
    };
    let cloned = listed.iter().filter(is_clone).map(|listed| shown(&listed.name)).collect();
    let own_name = path.canonicalize().ok().and_then(|path| path.file_name().map(shown)).unwrap_or_default();
    let repositories = Repositories::of(&own_name, cloned);
    let export = export(root, &listed, refused);
    let mut found = Vec::new();
    for listed in listed {
        let name = shown(&listed.name);
        if let Some(owners) = export.owners(&name).filter(|_| listed.kind == Kind::Folder) {
            found.extend(owners.iter().map(|owner| (owner.clone(), listed.clone())));
            continue;
        }
        let said = match listed.kind {
            Kind::Folder => layout::of_folder(&name, &repositories, exercises),
            Kind::File => layout::of_file(&name, exercises),
            Kind::Link | Kind::Special if name.starts_with('.') || name == ROSTER => Said::Nothing,
            Kind::Link | Kind::Special => {
                let reason = if listed.kind == Kind::Link { RefusedReason::Link } else { RefusedReason::Special };
                refused.push(Refused { student: None, exercise: None, origin: name, reason });
                continue;
            }
        };
        match said {
            Said::Owned(owner) => found.push((owner, listed)),
            Said::Nothing => {}
            Said::NoStudent => {
                let exercise = exercises.said_by(&name).map(str::to_owned);
                refused.push(Refused { student: None, exercise, origin: name, reason: RefusedReason::NoStudent });
            }
        }
    }
    found
}

/// Who handed in the folders of an export of Gradescope's, where it is one.
fn export(root: &Folder, listed: &[Listed], refused: &mut Vec<Refused>) -> Export {
    if !listed.iter().any(|listed| listed.name == METADATA && listed.kind == Kind::File) {
        return Export::default();
    }
    let read = root.read(OsStr::new(METADATA), LARGEST, "bytes of an export's list");
    let parsed = read.and_then(|bytes| Export::parse(&bytes).map_err(RefusedReason::Unreadable));
    parsed.unwrap_or_else(|reason| {
        refused.push(Refused { student: None, exercise: None, origin: METADATA.to_owned(), reason });
        Export::default()
    })
}

/// What is whose, by what the student is called: as in the roster where that knows them, else as handed in.
fn group(
    owned: Vec<(Owner, Listed)>,
    roster: Option<&Roster>,
    root: &Folder,
    exercises: &Exercises,
    notes: &mut Vec<Note>,
) -> BTreeMap<String, Group> {
    let lookup = roster.map(Lookup::of).unwrap_or_default();
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for student in roster.iter().flat_map(|roster| &roster.students) {
        let group = groups.entry(student.key.clone()).or_default();
        if student.key != student.called {
            let what = format!("several are called `{}`: this one is `{}` here", student.called, student.key);
            notes.push(Note::RosterRow { row: student.row, what });
        }
        match group.row {
            None => group.row = Some(student.row),
            Some(first) => {
                let what = format!("`{}` is in row {} already", student.key, first + 2);
                notes.push(Note::RosterRow { row: student.row, what });
            }
        }
    }
    let owners: Vec<&Owner> = owned.iter().map(|(owner, _)| owner).collect();
    let places = lookup.find(&owners, &|index| {
        let (whose, listed) = &owned[index];
        collect(whose, listed, root, exercises).pieces.into_iter().map(|piece| piece.place.exercise).collect()
    });
    for ((owner, listed), place) in owned.into_iter().zip(places) {
        let known = place.zip(roster).map(|(place, roster)| roster.students[place].key.clone());
        groups.entry(known.unwrap_or_else(|| owner.original.clone())).or_default().owned.push((owner, listed));
    }
    groups
}

fn roster(root: &Folder, folder: &Path, filter: &Filter) -> Result<Option<Roster>, SubmissionsError> {
    let (path, bytes) = if let Some(path) = &filter.roster {
        (path.clone(), std::fs::read(path).map_err(SubmissionsError::io("read the roster", path))?)
    } else {
        let path = folder.join(ROSTER);
        if root.kind(OsStr::new(ROSTER)).is_none() {
            return Ok(None);
        }
        let read = root.read(OsStr::new(ROSTER), LARGEST_ROSTER, "bytes of a roster");
        let bytes = read.map_err(|reason| SubmissionsError::Roster { path: path.clone(), what: reason.to_string() })?;
        (path, bytes)
    };
    Roster::parse(&bytes).map(Some).map_err(|what| SubmissionsError::Roster { path, what })
}
