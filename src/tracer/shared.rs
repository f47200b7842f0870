//! Memory that processes share with each other: which words of it they change, and where such a word is in each of them.
//!
//! A forked child, or another program that maps the same file, has it under an address of its own. To see what is changed there
//! needs no single steps: under a schedule one process runs at a time, and what is different when another one gets the turn was
//! changed by the last one.

use std::collections::{BTreeMap, BTreeSet};

use super::maps::{self, Inode, Mapping};
use super::memory;
use super::process::Role;
use super::world::World;
use crate::schedule::Place;

/// So often a survey looks, at most; and at so much of each piece of memory, and so many pieces.
const LOOKS: u32 = 4_000;
const MOST_OF_A_PIECE: u64 = 16 << 10;
const MOST_PIECES: usize = 32;
/// So many words are told of, at most.
const MOST_WORDS: usize = 64;
/// How much more often a word is chosen that several processes changed.
const CHANGED_BY_SEVERAL: usize = 4;
/// A processor watches words of this size.
const WORD: usize = 4;

/// The writable pieces that a process has mapped to be shared; none for one that is gone.
fn mappings(pid: i32) -> Vec<Mapping> {
    let is_shared = |mapping: &Mapping| mapping.readable && mapping.writable && mapping.shared;
    maps::of(pid).into_iter().filter(is_shared).collect()
}

/// What a survey has seen of it.
#[derive(Debug, Default)]
pub(super) struct SharedMemory {
    looks: u32,
    /// The process that had the last turn.
    last: Option<i32>,
    mappings: BTreeMap<i32, Vec<Mapping>>,
    /// What stood in it at the last look.
    content: BTreeMap<(Inode, u64), Vec<u8>>,
    changed: BTreeMap<(Inode, u64), Changed>,
}

/// A word that was changed: where it is in the first process that was seen to have it, and who changed it.
#[derive(Debug)]
struct Changed {
    address: u64,
    by: BTreeSet<i32>,
}

impl SharedMemory {
    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// A process gets the turn; `alive` are all that there are.
    fn look(&mut self, next: i32, alive: &[i32]) {
        let last = self.last.replace(next);
        if last == Some(next) || alive.len() < 2 || self.looks >= LOOKS {
            return;
        }
        self.looks += 1;
        self.mappings.retain(|pid, _| alive.contains(pid) && Some(*pid) != last);
        for pid in alive {
            self.mappings.entry(*pid).or_insert_with(|| mappings(*pid));
        }
        let mut seen: BTreeSet<(Inode, u64)> = BTreeSet::new();
        for (pid, mapping) in self.mappings.iter().flat_map(|(pid, all)| all.iter().map(move |mapping| (*pid, mapping)))
        {
            let piece = (mapping.inode, mapping.offset);
            if seen.len() >= MOST_PIECES || !seen.insert(piece) {
                continue;
            }
            let length = (mapping.range.end - mapping.range.start).min(MOST_OF_A_PIECE);
            let Ok(now) = memory::read_some(pid, mapping.range.start, usize::try_from(length).unwrap_or(0)) else {
                continue;
            };
            if let (Some(before), Some(last)) = (self.content.get(&piece), last) {
                let words = before.chunks_exact(WORD).zip(now.chunks_exact(WORD));
                for at in (0_u64..).step_by(WORD).zip(words).filter(|(_, (old, new))| old != new).map(|(at, _)| at) {
                    let address = mapping.range.start + at;
                    let new = || Changed { address, by: BTreeSet::new() };
                    self.changed.entry((mapping.inode, mapping.offset + at)).or_insert_with(new).by.insert(last);
                }
            }
            self.content.insert(piece, now);
        }
    }

    /// The words that were changed, a list for each; those that several processes changed come several times.
    pub(super) fn places(&self) -> Vec<Vec<Place>> {
        let mut words: Vec<(bool, u64)> =
            self.changed.values().map(|changed| (changed.by.len() < 2, changed.address)).collect();
        words.sort_unstable();
        words.dedup_by_key(|(_, address)| *address);
        words.truncate(MOST_WORDS);
        let times = |alone: bool| if alone { 1 } else { CHANGED_BY_SEVERAL };
        words.into_iter().flat_map(|(alone, at)| vec![vec![Place::Shared(at)]; times(alone)]).collect()
    }
}

/// What the addresses of shared words mean, once a process had them mapped, and where they are in each.
#[derive(Debug, Default)]
pub(super) struct SharedWords {
    meant: BTreeMap<u64, (Inode, u64)>,
    found: BTreeMap<i32, BTreeSet<u64>>,
}

impl SharedWords {
    /// A process is gone, became another program, or has mapped something.
    pub(super) fn forget(&mut self, pid: i32) {
        self.found.remove(&pid);
    }

    /// Where these words are in a process, as far as it has them mapped, and wherever it has.
    pub(super) fn of(&mut self, pid: i32, words: &[u64]) -> impl Iterator<Item = u64> {
        let Self { meant, found } = self;
        let found = found.entry(pid).or_insert_with(|| {
            let mappings = mappings(pid);
            for word in words {
                if let Some(mapping) = mappings.iter().find(|mapping| mapping.range.contains(word)) {
                    let at = mapping.offset + (word - mapping.range.start);
                    meant.entry(*word).or_insert((mapping.inode, at));
                }
            }
            let meant: Vec<(Inode, u64)> = words.iter().filter_map(|word| meant.get(word).copied()).collect();
            let places = |mapping: &Mapping| {
                let (inode, from, start) = (mapping.inode, mapping.offset, mapping.range.start);
                let length = mapping.range.end - start;
                let holds = move |(of, at): &(Inode, u64)| *of == inode && (from..from + length).contains(at);
                meant.iter().copied().filter(holds).map(move |(_, at)| start + (at - from)).collect::<Vec<u64>>()
            };
            mappings.iter().flat_map(places).collect()
        });
        found.iter().copied()
    }
}

impl World<'_> {
    /// A thread gets the turn in a survey: what the process before it changed in shared memory is noted.
    pub(super) fn survey_shared(&mut self, tid: i32) {
        let (Some(survey), Some(task)) = (&mut self.survey, self.tasks.get(&tid)) else { return };
        let program = self.processes.values().filter(|process| process.role == Role::Program && process.threads > 0);
        let alive: Vec<i32> = program.map(|process| process.pid).collect();
        survey.shared.look(task.pid, &alive);
    }
}
