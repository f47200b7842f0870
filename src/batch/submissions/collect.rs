use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::RefusedReason;
use super::archive::{self, Format};
use super::beneath::{Folder, Kind};
use super::exercises::Exercises;
use super::layout::Owner;
use super::limits::Limits;
use super::place::{self, Place};

/// What one thing in the folder holds that could be graded, and what not.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Programs, with what they are for.
    pub(super) pieces: Vec<Piece>,
    /// What is refused.
    pub(super) refused: Vec<Rejected>,
}

/// One program.
#[derive(Debug)]
pub(super) struct Piece {
    /// What it is for.
    pub(super) place: Place,
    /// Where it is.
    pub(super) origin: String,
    /// Its text.
    pub(super) source: Vec<u8>,
    /// Whether it came late.
    pub(super) late: bool,
}

/// One thing that is refused.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The exercise, where it is known.
    pub(super) exercise: Option<String>,
    /// Where it is.
    pub(super) origin: String,
    /// Why.
    pub(super) reason: RefusedReason,
}

/// Reads what one owner has.
pub(super) struct Collector<'a> {
    exercises: &'a Exercises,
    limits: &'a Limits,
    owner: &'a Owner,
    collected: Collected,
    entries: usize,
    kept: u64,
    /// Whether some file told which exercise it is for.
    told: bool,
    /// Programs deep in folders that did not.
    untold: Vec<String>,
    /// Whether there was a program at all.
    programs: bool,
    /// Whether there was any file that a student puts there.
    files: bool,
}

/// Where a file lies: what a person is shown, and the names below the student.
struct Spot<'a> {
    folder: &'a Folder,
    name: &'a OsStr,
    path: Vec<String>,
    origin: String,
}

impl<'a> Collector<'a> {
    pub(super) fn new(exercises: &'a Exercises, limits: &'a Limits, owner: &'a Owner) -> Self {
        Self {
            exercises,
            limits,
            owner,
            collected: Collected::default(),
            entries: 0,
            kept: 0,
            told: false,
            untold: Vec::new(),
            programs: false,
            files: false,
        }
    }

    /// Reads a student's folder: programs first by how well they fit, so that a heap of other files costs only itself.
    pub(super) fn folder(&mut self, parent: &Folder, name: &OsStr) {
        let origin = shown(name);
        match parent.folder(name) {
            Ok(folder) => self.walk(&folder, &mut Vec::new(), &origin),
            Err(error) => self.refuse(None, origin, RefusedReason::Unreadable(error.to_string().to_lowercase())),
        }
    }

    /// Reads a file that stands for a whole student: a program or an archive.
    pub(super) fn file(&mut self, parent: &Folder, name: &OsStr) {
        let given = self.owner.file.clone().unwrap_or_else(|| shown(name));
        let spot = Spot { folder: parent, name, path: vec![given], origin: shown(name) };
        self.take(&spot);
    }

    fn walk(&mut self, folder: &Folder, path: &mut Vec<String>, origin: &str) {
        let left = self.limits.entries.saturating_sub(self.entries);
        let (names, more) = match folder.list(left) {
            Ok(listed) => listed,
            Err(error) => {
                return self.refuse(
                    None,
                    origin.to_owned(),
                    RefusedReason::Unreadable(error.to_string().to_lowercase()),
                );
            }
        };
        self.entries += names.len();
        if more {
            let most = self.limits.entries as u64;
            self.refuse(None, origin.to_owned(), RefusedReason::TooMuch { what: "files and folders", most });
        }
        // Files before folders: what lies flat is what was meant.
        for listed in names.iter().filter(|listed| listed.kind != Kind::Folder) {
            let name = shown(&listed.name);
            let origin = format!("{origin}/{name}");
            let mut path = path.clone();
            path.push(name);
            self.take(&Spot { folder, name: &listed.name, path, origin });
        }
        for listed in names.iter().filter(|listed| listed.kind == Kind::Folder) {
            let name = shown(&listed.name);
            if place::is_ignored(&name) {
                continue;
            }
            let origin = format!("{origin}/{name}");
            if path.len() + 1 >= self.limits.depth {
                let most = self.limits.depth as u64;
                self.refuse(None, origin, RefusedReason::TooMuch { what: "folders in folders", most });
                continue;
            }
            match folder.folder(&listed.name) {
                Ok(inner) => {
                    path.push(name);
                    self.walk(&inner, path, &origin);
                    path.pop();
                }
                Err(error) => {
                    self.refuse(None, origin, RefusedReason::Unreadable(error.to_string().to_lowercase()));
                }
            }
        }
    }

    /// A file of any kind: a program is read, an archive is opened, a link is refused, the rest is passed over.
    fn take(&mut self, spot: &Spot<'_>) {
        let Some(name) = spot.path.last() else { return };
        let is_program = place::language_of(name).is_some();
        self.files |= !name.starts_with('.');
        if let Some(format) = Format::by_name(name).filter(|_| !name.starts_with('.')) {
            return self.archive(spot, format);
        }
        if !is_program && spot.folder.kind(spot.name) != Some(Kind::Link) {
            return;
        }
        self.programs |= is_program;
        let place = self.place(&spot.path, self.hint());
        let exercise = place.as_ref().map(|place| place.exercise.clone());
        if exercise.as_ref().is_some_and(|id| !self.exercises.is_wanted(id)) {
            self.told = true;
            return;
        }
        match (spot.folder.read(spot.name, self.limits.source, "bytes of a program"), place) {
            (Ok(source), Some(place)) => self.keep(place, spot.origin.clone(), source),
            (Ok(_), None) => self.unknown(&spot.path, spot.origin.clone()),
            (Err(reason), _) => self.refuse(exercise, spot.origin.clone(), reason),
        }
    }

    fn archive(&mut self, spot: &Spot<'_>, format: Format) {
        if format == Format::Unsupported {
            return self.refuse(None, spot.origin.clone(), RefusedReason::UnsupportedArchive);
        }
        let bytes = match spot.folder.read(spot.name, self.limits.archive, "bytes of an archive") {
            Ok(bytes) => bytes,
            Err(reason) => return self.refuse(None, spot.origin.clone(), reason),
        };
        // `ex07_race.zip` may hold nothing but `main.rs`.
        let name = spot.path.last().map_or("", |name| Format::stem(name));
        let hint = self.exercises.said_by(name).map(str::to_owned).or_else(|| self.hint().map(str::to_owned));
        let within = &spot.path[..spot.path.len() - 1];
        let entries = match archive::read(&bytes, format, self.limits, &wants) {
            Ok(entries) => entries,
            Err(reason) => return self.refuse(None, spot.origin.clone(), reason),
        };
        self.programs |= !entries.is_empty();
        for entry in entries {
            let origin =
                if entry.shown.is_empty() { spot.origin.clone() } else { format!("{}: {}", spot.origin, entry.shown) };
            let path: Vec<String> = within.iter().chain(&entry.path).cloned().collect();
            let place = self.place(&path, hint.as_deref());
            let exercise = place.as_ref().map(|place| place.exercise.clone());
            if exercise.as_ref().is_some_and(|id| !self.exercises.is_wanted(id)) {
                self.told = true;
                continue;
            }
            match (entry.content, place) {
                (Ok(source), Some(place)) => self.keep(place, origin, source),
                (Ok(_), None) => self.unknown(&path, origin),
                (Err(reason), _) => self.refuse(exercise, origin, reason),
            }
        }
    }

    /// A program that tells no exercise. Where others did, one deep in a folder is a helper or a part of the course.
    fn unknown(&mut self, path: &[String], origin: String) {
        if path.len() == 1 {
            self.refuse(None, origin, RefusedReason::UnknownExercise);
        } else if self.untold.len() <= self.limits.refusals {
            self.untold.push(origin);
        }
    }

    /// What was collected from this folder or file.
    pub(super) fn finish(mut self, name: &OsStr) -> Collected {
        // A folder with nothing in it is what a platform makes for who hands in nothing.
        if !self.programs && self.files && self.collected.refused.is_empty() {
            self.refuse(None, shown(name), RefusedReason::NoProgram);
        }
        if !self.told && self.collected.pieces.is_empty() {
            for origin in std::mem::take(&mut self.untold) {
                self.refuse(None, origin, RefusedReason::UnknownExercise);
            }
        }
        self.collected
    }

    fn place(&self, path: &[String], hint: Option<&str>) -> Option<Place> {
        let mut place = place::place(path, self.exercises, hint)?;
        place.rank.upload.0 = self.owner.upload;
        Some(place)
    }

    fn hint(&self) -> Option<&str> {
        self.owner.hint.as_deref().or(self.exercises.only.as_deref())
    }

    fn keep(&mut self, place: Place, origin: String, source: Vec<u8>) {
        self.kept += source.len() as u64;
        if self.kept > self.limits.kept {
            let reason = RefusedReason::TooMuch { what: "bytes of programs of one student", most: self.limits.kept };
            return self.refuse(Some(place.exercise), origin, reason);
        }
        self.collected.pieces.push(Piece { place, origin, source, late: self.owner.late });
    }

    fn refuse(&mut self, exercise: Option<String>, origin: String, reason: RefusedReason) {
        match self.collected.refused.len().cmp(&self.limits.refusals) {
            std::cmp::Ordering::Less => self.collected.refused.push(Rejected { exercise, origin, reason }),
            std::cmp::Ordering::Equal => {
                let most = self.limits.refusals as u64;
                let origin = self.owner.original.clone();
                let reason = RefusedReason::TooMuch { what: "things to refuse", most };
                self.collected.refused.push(Rejected { exercise: None, origin, reason });
            }
            std::cmp::Ordering::Greater => {}
        }
    }
}

/// Whether an entry of an archive may be a program.
fn wants(names: &[String]) -> Result<bool, RefusedReason> {
    let Some((name, folders)) = names.split_last() else { return Ok(false) };
    if name.starts_with('.') || folders.iter().any(|folder| place::is_ignored(folder)) {
        return Ok(false);
    }
    match Format::by_name(name) {
        Some(_) => Err(RefusedReason::NestedArchive),
        None => Ok(place::language_of(name).is_some()),
    }
}

/// A name as text, other bytes as escapes, so that two names never become one.
pub(super) fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}
