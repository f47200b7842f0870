//! How long each thread of a program is followed one instruction at a time: as long as it shows something new, within bounds.

use std::collections::{HashMap, HashSet};

/// How many instructions a thread makes one by one, and how many the whole run.
const OF_A_THREAD: u32 = 4_000;
const OF_A_RUN: u32 = 32_000;
/// Of many threads those that begin later mostly do what the first ones did. One that begins after so many is let go when so many of
/// its instructions in a row showed nothing new: long enough to come through a runtime's start of a thread.
const FIRST_THREADS: usize = 4;
const NOTHING_NEW: u32 = 1_000;

/// What was made one by one, and what of it was new: an instruction that nobody had made, or at which no threads had met.
#[derive(Debug, Default)]
pub(super) struct News {
    threads: HashMap<i32, Made>,
    of_all: u32,
    seen: HashSet<u64>,
    met_at: HashSet<u64>,
}

/// How many instructions a thread made, how many of them up to the last that was new, and how many threads had begun before it.
#[derive(Clone, Copy, Debug)]
struct Made {
    all: u32,
    at_news: u32,
    place: usize,
}

impl News {
    /// Whether a thread may be followed further.
    pub(super) fn may_come_from(&self, tid: i32) -> bool {
        let may = |made: &Made| {
            let is_told_by_others = made.place >= FIRST_THREADS && made.all - made.at_news >= NOTHING_NEW;
            made.all < OF_A_THREAD && !is_told_by_others
        };
        self.of_all < OF_A_RUN && self.threads.get(&tid).is_none_or(may)
    }

    /// A thread has made an instruction.
    pub(super) fn count(&mut self, tid: i32) {
        self.made_by(tid).all += 1;
        self.of_all += 1;
    }

    /// A thread is at an instruction, where it meets another one or not.
    pub(super) fn note(&mut self, tid: i32, instruction: u64, meets: bool) {
        if self.seen.insert(instruction) | (meets && self.met_at.insert(instruction)) {
            let made = self.made_by(tid);
            made.at_news = made.all;
        }
    }

    fn made_by(&mut self, tid: i32) -> &mut Made {
        let place = self.threads.len();
        self.threads.entry(tid).or_insert(Made { all: 0, at_news: 0, place })
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_THREADS, NOTHING_NEW, News, OF_A_RUN, OF_A_THREAD};

    /// Follows a thread for as long as that may be, through these instructions round and round; how many it made.
    fn follow(news: &mut News, tid: i32, code: std::ops::Range<u64>) -> u32 {
        let mut made = 0;
        for instruction in code.cycle() {
            if !news.may_come_from(tid) {
                return made;
            }
            news.note(tid, instruction, false);
            news.count(tid);
            made += 1;
        }
        made
    }

    #[test]
    fn the_first_threads_are_followed_all_the_way_and_those_after_them_until_they_only_repeat_others() {
        let mut news = News::default();
        let first = i32::try_from(FIRST_THREADS).unwrap();
        for tid in 0..first {
            assert_eq!(follow(&mut news, tid, 0..100), OF_A_THREAD);
        }
        assert_eq!(follow(&mut news, first, 0..100), NOTHING_NEW);
        // New code is followed to its end, and so much further.
        assert_eq!(follow(&mut news, first + 1, 1000..1300), 299 + NOTHING_NEW);
    }

    #[test]
    fn where_threads_meet_for_the_first_time_is_new_though_the_instruction_is_not() {
        let mut news = News::default();
        for tid in 0..=i32::try_from(FIRST_THREADS).unwrap() {
            news.note(tid, 7, false);
            news.count(tid);
        }
        let late = i32::try_from(FIRST_THREADS).unwrap();
        for _ in 0..NOTHING_NEW - 1 {
            news.count(late);
        }
        assert!(!news.may_come_from(late));
        news.note(late, 7, true);
        assert!(news.may_come_from(late));
    }

    #[test]
    fn a_run_has_its_bound_however_many_threads_it_has() {
        let mut news = News::default();
        let made: u32 = (0..100).map(|tid| follow(&mut news, tid, 0..1 << 40)).sum();
        assert_eq!(made, OF_A_RUN);
    }
}
