//! Timer files (`timerfd`): the kernel's stay disarmed, their deadlines are ours.
//!
//! At a deadline the file is made readable through a copy of its descriptor. Copies and children's copies are the same open
//! file, so a timer is known by that and not by a number.

use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use super::timers::Armed;
use super::world::{Due, World};
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::sys::descriptor::{copy_from, expire_timer, same_open_file, set_timer_ticks};

/// All of a run, in the order they were first set.
#[derive(Debug, Default)]
pub(super) struct TimerFiles {
    /// None where a timer once was that nobody has any more.
    files: Vec<Option<TimerFile>>,
}

#[derive(Debug)]
struct TimerFile {
    copy: OwnedFd,
    /// Who set it last, under which number.
    user: (i32, i32),
    armed: Armed,
    /// Its clock, from the kernel's description of the file.
    clock: i32,
}

impl TimerFile {
    fn is(&self, pid: i32, number: i32) -> bool {
        let own = std::process::id().cast_signed();
        same_open_file(pid, number, own, self.copy.as_raw_fd()).unwrap_or(false)
    }

    /// A field of the kernel's description of the file.
    fn described(&self, field: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/self/fdinfo/{}", self.copy.as_raw_fd())).ok()?;
        text.lines().find_map(|line| line.strip_prefix(field)?.trim().parse().ok())
    }
}

impl TimerFiles {
    /// The timer behind a descriptor, if it is known.
    pub(super) fn known(&self, pid: i32, number: i32) -> Option<usize> {
        self.files.iter().position(|file| file.as_ref().is_some_and(|file| file.is(pid, number)))
    }

    /// The timer behind a descriptor; known from now on, if it is one.
    pub(super) fn find(&mut self, pid: i32, number: i32) -> Option<usize> {
        if let Some(place) = self.known(pid, number) {
            if let Some(file) = &mut self.files[place] {
                file.user = (pid, number);
            }
            return Some(place);
        }
        let copy = copy_from(pid, number).ok()?;
        let mut file = TimerFile { copy, user: (pid, number), armed: Armed::default(), clock: 0 };
        file.clock = i32::try_from(file.described("clockid:")?).ok()?;
        self.files.push(Some(file));
        Some(self.files.len() - 1)
    }

    pub(super) fn clock(&self, place: usize) -> i32 {
        self.files[place].as_ref().map_or(libc::CLOCK_MONOTONIC, |file| file.clock)
    }

    pub(super) fn armed(&self, place: usize) -> Armed {
        self.files[place].as_ref().map(|file| file.armed).unwrap_or_default()
    }

    pub(super) fn arm(&mut self, place: usize, armed: Armed) {
        if let Some(file) = &mut self.files[place] {
            file.armed = armed;
        }
    }

    /// What was not read yet is forgotten, as by setting it.
    pub(super) fn reset(&self, place: usize) {
        if let Some(file) = &self.files[place] {
            let _ = crate::sys::descriptor::disarm_timer(file.copy.as_fd());
        }
    }

    /// It expired so many times more. False when the kernel could not be told the number.
    fn expire(&self, place: usize, times: u64) -> bool {
        let Some(file) = &self.files[place] else { return true };
        let unread = file.described("ticks:").unwrap_or(0);
        if set_timer_ticks(file.copy.as_fd(), unread + times).is_ok() {
            return true;
        }
        let _ = expire_timer(file.copy.as_fd());
        unread + times == 1
    }
}

impl World<'_> {
    /// The time of a timer file came.
    pub(super) fn timer_file_expired(&mut self, place: usize, at: VirtualInstant) {
        let armed = self.timer_files.armed(place);
        let period = armed.period;
        self.timer_files.arm(place, Armed { next: None, period });
        // A timer that nobody has any more would move time for ever.
        let user = |file: &TimerFile| file.is(file.user.0, file.user.1);
        if !self.timer_files.files[place].as_ref().is_some_and(user) && !self.is_held(place) {
            return;
        }
        let mut times = 1;
        if armed.period > VirtualDuration::ZERO {
            let missed = self.time.now().since(at).as_nanos() / armed.period.as_nanos();
            times += missed;
            let span = VirtualDuration::from_nanos(armed.period.as_nanos().saturating_mul(missed + 1));
            let key = self.deadlines.set(at.saturating_add(span), Due::TimerFile(place));
            self.timer_files.arm(place, Armed { next: Some(key), period });
        }
        if !self.timer_files.expire(place, times) {
            self.unvirtualised.insert("timerfd expirations beyond the first".to_owned());
        }
    }

    /// One of its descriptors was closed. When it was the last, our copy goes, too: the kernel would take it for open, and tell
    /// those who watch it through an epoll of what it still had to tell.
    pub(super) fn timer_file_closed(&mut self, place: usize) {
        if !self.is_held(place)
            && let Some(file) = self.timer_files.files[place].take()
            && let Some(key) = file.armed.next
        {
            self.deadlines.cancel(key);
        }
    }

    /// Whether any process of the tree has the file open.
    fn is_held(&self, place: usize) -> bool {
        let Some(file) = &self.timer_files.files[place] else { return false };
        let numbers = |pid: i32| {
            let folder = fs::read_dir(format!("/proc/{pid}/fd")).ok();
            folder
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
                .collect::<Vec<i32>>()
        };
        self.processes.keys().any(|pid| numbers(*pid).into_iter().any(|number| file.is(*pid, number)))
    }
}
