use std::collections::{BTreeMap, BTreeSet};

use super::super::layout::{Number, Owner};
use super::{Roster, RosterFormat};

/// Finds the student of a roster that a folder or a file is called after.
#[derive(Debug, Default)]
pub(in super::super) struct Lookup {
    format: Option<RosterFormat>,
    /// By the platform's own number. `None`: several have it.
    numbers: BTreeMap<String, Option<usize>>,
    /// By what names them in this course.
    keys: BTreeMap<String, Option<usize>>,
    /// By any login, id or e-mail address.
    words: BTreeMap<String, Option<usize>>,
    /// By the person's name.
    names: BTreeMap<String, Option<usize>>,
}

/// By what a student was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A number, login, id or address: theirs alone.
    Number,
    /// Their name, which others may have, too.
    Name,
}

impl Lookup {
    pub(in super::super) fn of(roster: &Roster) -> Self {
        let mut lookup = Self { format: Some(roster.format), ..Self::default() };
        for (place, student) in roster.students.iter().enumerate() {
            if let Some(number) = &student.number {
                add(&mut lookup.numbers, number.clone(), place);
            }
            add(&mut lookup.keys, student.key.to_lowercase(), place);
            let local = student.email.as_deref().and_then(|email| email.split_once('@')).map(|(local, _)| local);
            let words = student.ids.iter().map(String::as_str).chain([student.called.as_str()]);
            for word in words.chain(student.email.as_deref()).chain(local) {
                add(&mut lookup.words, word.to_lowercase(), place);
            }
            for name in student.name.iter().flat_map(|name| spellings(name)) {
                add(&mut lookup.names, name, place);
            }
        }
        lookup
    }

    /// Each owner's place in [`Roster::students`]; `exercises` tells which ones an owner, by its place among them, handed in.
    ///
    /// Those of one name whom the platform tells apart by its numbers are one student when they are for different exercises:
    /// Moodle's numbers are an assignment's. Both for the same one, they are two, and the name alone says of neither who it is.
    pub(in super::super) fn find(
        &self,
        owners: &[&Owner],
        exercises: &dyn Fn(usize) -> BTreeSet<String>,
    ) -> Vec<Option<usize>> {
        let found: Vec<Option<(usize, By)>> = owners.iter().map(|owner| self.find_one(owner)).collect();
        let mut named: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, found) in found.iter().enumerate() {
            if let (Some(_), Some((place, By::Name))) = (&owners[index].number, found) {
                named.entry(*place).or_default().push(index);
            }
        }
        named.retain(|_, indices| {
            indices.iter().any(|index| owners[*index].number != owners[indices[0]].number) && {
                let mut of_number: Vec<(&Option<Number>, BTreeSet<String>)> = Vec::new();
                indices.iter().any(|index| {
                    let number = &owners[*index].number;
                    let own = exercises(*index);
                    let clash = of_number.iter().any(|(other, theirs)| *other != number && !theirs.is_disjoint(&own));
                    of_number.push((number, own));
                    clash
                })
            }
        });
        found
            .into_iter()
            .map(|found| {
                found.filter(|(place, by)| *by != By::Name || !named.contains_key(place)).map(|(place, _)| place)
            })
            .collect()
    }

    fn find_one(&self, owner: &Owner) -> Option<(usize, By)> {
        let by_number = match (&owner.number, self.format) {
            (Some(Number::Canvas(number)), Some(RosterFormat::Canvas))
            | (Some(Number::Moodle(number)), Some(RosterFormat::MoodleWorksheet)) => self.numbers.get(number),
            _ => None,
        };
        let words = || owner.words.iter().chain([&owner.person]).map(|word| word.to_lowercase());
        // One student's number may be another's in a second column: the column that names students counts first.
        let sure =
            |map: &'_ BTreeMap<String, Option<usize>>| words().find_map(|word| map.get(&word).copied().flatten());
        let by_word = || sure(&self.keys).or_else(|| sure(&self.words));
        let by_name = || self.names.get(&folded(&owner.person)).filter(|_| !folded(&owner.person).is_empty());
        let sure = by_number.copied().flatten().or_else(by_word).map(|place| (place, By::Number));
        sure.or_else(|| Some(((*by_name()?)?, By::Name)))
    }
}

fn add(map: &mut BTreeMap<String, Option<usize>>, word: String, place: usize) {
    map.entry(word).and_modify(|there| *there = there.filter(|there| *there == place)).or_insert(Some(place));
}

/// A name as its owner, Canvas and Moodle write it: `Ada Lovelace`, `Lovelace, Ada`, `lovelaceada`.
fn spellings(name: &str) -> Vec<String> {
    let turned = match name.split_once(',') {
        Some((last, first)) => Some(format!("{first} {last}")),
        None => name.rsplit_once(' ').map(|(first, last)| format!("{last} {first}")),
    };
    let mut spellings: Vec<String> = turned.iter().map(String::as_str).chain([name]).map(folded).collect();
    spellings.dedup();
    spellings.retain(|name| !name.is_empty());
    spellings
}

fn folded(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
