use std::collections::{BTreeMap, BTreeSet};

use super::{Roster, RosterStudent};

impl Roster {
    /// Gives students whom one word names, as two of one name in a column `student`, another word each: the first column
    /// that identifies and differs between all of them. Where there is none, they are one.
    pub(super) fn tell_apart(&mut self) {
        let mut called: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, student) in self.students.iter().enumerate() {
            called.entry(student.key.clone()).or_default().push(place);
        }
        let mut taken: BTreeSet<String> = called.keys().cloned().collect();
        for places in called.into_values().filter(|places| places.len() > 1) {
            let Some(keys) = self.differing(&places).filter(|keys| keys.is_disjoint_from(&taken)) else { continue };
            for (place, key) in places.into_iter().zip(keys.0) {
                taken.insert(key.clone());
                self.students[place].key = key;
            }
        }
    }

    /// What of these rows differs between all of them.
    fn differing(&self, places: &[usize]) -> Option<Keys> {
        let cell = |student: &RosterStudent, column: usize| {
            let text = self.rows[student.row].get(column)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let columns = self.columns.ids.iter().copied().chain(self.columns.email);
        columns.filter(|column| Some(*column) != self.columns.key).find_map(|column| {
            let keys: Option<Vec<String>> = places.iter().map(|place| cell(&self.students[*place], column)).collect();
            keys.filter(|keys| keys.iter().collect::<BTreeSet<_>>().len() == keys.len()).map(Keys)
        })
    }
}

/// A word for each of some students.
struct Keys(Vec<String>);

impl Keys {
    fn is_disjoint_from(&self, taken: &BTreeSet<String>) -> bool {
        self.0.iter().all(|key| !taken.contains(key))
    }
}
