use std::collections::BTreeMap;

use super::RefusedReason;
use super::collect::{Piece, Rejected};
use super::exercises::Exercises;
use crate::course::model::Language;

/// What of one student's files is graded.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// At most one an exercise.
    pub(super) taken: Vec<Piece>,
    /// What is refused for what it holds.
    pub(super) refused: Vec<Rejected>,
    /// The origin of what was taken, and of other files for the same exercise and language.
    pub(super) passed_over: Vec<(String, String, Vec<String>)>,
}

/// Chooses among all files of one student.
///
/// The rule of languages is the one of a student's own desk: the one that was changed from the starter; when both were,
/// neither is graded, as nobody knows which is meant.
pub(super) fn choose(pieces: Vec<Piece>, exercises: &Exercises, language: Option<Language>) -> Chosen {
    let mut by_exercise: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    for piece in pieces.into_iter().filter(|piece| language.is_none_or(|wanted| piece.place.language == wanted)) {
        by_exercise.entry(piece.place.exercise.clone()).or_default().push(piece);
    }
    let mut chosen = Chosen::default();
    for (exercise, pieces) in by_exercise {
        chosen.exercise(&exercise, pieces, exercises);
    }
    chosen
}

impl Chosen {
    fn exercise(&mut self, exercise: &str, mut pieces: Vec<Piece>, exercises: &Exercises) {
        // The reference that lies in a clone of the course must not be taken for the starter that was left as it was.
        if pieces.iter().any(|piece| !piece.place.rank.aside) {
            pieces.retain(|piece| !piece.place.rank.aside);
        }
        pieces.sort_by(|one, other| (&one.place.rank, &one.origin).cmp(&(&other.place.rank, &other.origin)));
        let refuse = |piece: &Piece, reason| Rejected {
            exercise: Some(exercise.to_owned()),
            origin: piece.origin.clone(),
            reason,
        };
        let mut untouched = Vec::new();
        let mut changed: BTreeMap<Language, Vec<Piece>> = BTreeMap::new();
        for piece in pieces {
            let language = piece.place.language;
            if piece.source.trim_ascii().is_empty() {
                untouched.push(refuse(&piece, RefusedReason::Empty));
            } else if exercises.is_starter(exercise, language, &piece.source) {
                untouched.push(refuse(&piece, RefusedReason::NotAttempted));
            } else {
                changed.entry(language).or_default().push(piece);
            }
        }
        let mut best = Vec::new();
        for pieces in changed.into_values() {
            match self.one_of(exercise, pieces) {
                Ok(piece) => best.push(piece),
                Err(refused) => self.refused.push(refused),
            }
        }
        match best.len() {
            0 if self.refused.iter().all(|refused| refused.exercise.as_deref() != Some(exercise)) => {
                // Once is enough, and a starter says more than an empty file.
                let worse = |refused: &Rejected| refused.reason == RefusedReason::Empty;
                self.refused.extend(untouched.into_iter().min_by_key(worse));
            }
            0 | 1 => self.taken.extend(best),
            _ => self.refused.extend(best.iter().map(|piece| refuse(piece, RefusedReason::TwoLanguages))),
        }
    }

    /// The best of several files in one language, or why there is none.
    fn one_of(&mut self, exercise: &str, pieces: Vec<Piece>) -> Result<Piece, Rejected> {
        let mut pieces = pieces.into_iter();
        let Some(best) = pieces.next() else { unreachable!("no list is made without a first piece") };
        let others: Vec<Piece> = pieces.filter(|other| other.source != best.source).collect();
        let rank = &best.place.rank;
        let rivals = others.iter().filter(|other| {
            other.place.rank.fit == rank.fit && rank.fit.is_weak() && other.place.stem != best.place.stem
        });
        let rivals: Vec<String> = rivals.map(|rival| rival.origin.clone()).collect();
        if !rivals.is_empty() {
            let names = [best.origin.clone()].into_iter().chain(rivals).collect();
            let reason = RefusedReason::Ambiguous(names);
            return Err(Rejected { exercise: Some(exercise.to_owned()), origin: best.origin, reason });
        }
        if !others.is_empty() {
            let others = others.into_iter().map(|other| other.origin).collect();
            self.passed_over.push((exercise.to_owned(), best.origin.clone(), others));
        }
        Ok(best)
    }
}
