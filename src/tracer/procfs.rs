//! What `/proc` tells of a thread: whether it sleeps, how often it ran, on what it waits.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

/// The state of a thread as the scheduler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Asleep until something wakes it.
    Asleep,
    /// In the kernel where no signal reaches it: on a disk, or until a vfork child is done.
    Uninterruptible,
    /// Stopped by ptrace or job control.
    Stopped,
    /// Dead, not reaped yet; or gone.
    Dead,
    /// On a CPU, or waiting for one.
    Runs,
}

/// The system call that a thread is blocked in: its number, and the first of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blocked {
    pub(super) number: i64,
    pub(super) arguments: [u64; 2],
}

/// Open files of one thread's folder: reading them again costs a third of opening them again.
#[derive(Debug)]
pub(super) struct Procfs {
    folder: String,
    stat: Option<File>,
    schedstat: Option<File>,
    syscall: Option<File>,
    /// What it was blocked in when it was last asked for.
    blocked: Option<Blocked>,
}

impl Procfs {
    /// For thread `tid` of process `pid`.
    pub(super) fn new(pid: i32, tid: i32) -> Self {
        Self { folder: format!("/proc/{pid}/task/{tid}"), stat: None, schedstat: None, syscall: None, blocked: None }
    }

    /// Whether it sleeps.
    pub(super) fn state(&mut self) -> State {
        let mut buffer = [0; 128];
        let Ok(text) = read(&mut self.stat, &self.folder, "stat", &mut buffer) else { return State::Dead };
        // The name stands in parentheses and may itself hold some; names have at most 64 bytes here.
        let letter = text.iter().rposition(|byte| *byte == b')').and_then(|at| text.get(at + 2));
        match letter {
            Some(b'S' | b'I') => State::Asleep,
            Some(b'D') => State::Uninterruptible,
            Some(b't' | b'T') => State::Stopped,
            Some(b'Z' | b'X' | b'x') | None => State::Dead,
            Some(_) => State::Runs,
        }
    }

    /// CPU nanoseconds that it used, and those that it waited for a CPU.
    pub(super) fn ran_and_waited(&mut self) -> Option<(u64, u64)> {
        self.schedstat().map(|[ran, waited, _]| (ran, waited))
    }

    /// CPU nanoseconds that it used, and how often it got a CPU.
    pub(super) fn ran(&mut self) -> Option<(u64, u64)> {
        self.schedstat().map(|[ran, _, slices]| (ran, slices))
    }

    fn schedstat(&mut self) -> Option<[u64; 3]> {
        let mut buffer = [0; 128];
        let text = read(&mut self.schedstat, &self.folder, "schedstat", &mut buffer).ok()?;
        let mut numbers = str::from_utf8(text).ok()?.split_ascii_whitespace().map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some([next()?, next()?, next()?])
    }

    /// Whether it has neither a CPU nor a place in a CPU's queue, whatever its state says.
    pub(super) fn is_off_cpu(&mut self) -> bool {
        let mut buffer = [0; 256];
        match read(&mut self.syscall, &self.folder, "syscall", &mut buffer) {
            Ok(text) => {
                self.blocked = Blocked::of(text);
                !text.starts_with(b"running")
            }
            // It is gone: a wait will tell.
            Err(_) => true,
        }
    }

    /// The system call that it was blocked in when [`Self::is_off_cpu`] was last asked.
    pub(super) const fn was_blocked_in(&self) -> Option<Blocked> {
        self.blocked
    }

    /// The system call that it is blocked in: number, then arguments; none when it is not blocked in one.
    pub(super) fn blocked_in(&self) -> Option<(i64, [u64; 6])> {
        let text = fs::read_to_string(format!("{}/syscall", self.folder)).ok()?;
        let mut words = text.split_ascii_whitespace();
        let number: i64 = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for argument in &mut arguments {
            *argument = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
        }
        (number >= 0).then_some((number, arguments))
    }
}

impl Procfs {
    /// Where a blocked thread stands in its program: its stack pointer, and where it goes on.
    pub(super) fn place(&self) -> Option<(u64, u64)> {
        let text = fs::read_to_string(format!("{}/syscall", self.folder)).ok()?;
        let mut words = text.split_ascii_whitespace().rev();
        let mut last = || u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
        let instruction = last()?;
        Some((last()?, instruction))
    }
}

impl Blocked {
    /// By the beginning of `/proc/PID/task/TID/syscall`; none for `running` and outside of calls (-1).
    fn of(text: &[u8]) -> Option<Self> {
        let mut words = str::from_utf8(text).ok()?.split_ascii_whitespace();
        let number = words.next()?.parse().ok().filter(|number| *number >= 0)?;
        let mut argument = || u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
        Some(Self { number, arguments: [argument()?, argument()?] })
    }
}

fn read<'b>(file: &mut Option<File>, folder: &str, name: &str, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let got = if let Some(file) = file {
        file.read_at(buffer, 0)?
    } else {
        let opened = File::open(format!("{folder}/{name}"))?;
        let got = opened.read_at(buffer, 0)?;
        *file = Some(opened);
        got
    };
    Ok(&buffer[..got])
}

/// Whether `tid` is a thread of process `pid`.
pub(super) fn is_thread_of(tid: i32, pid: i32) -> bool {
    fs::metadata(format!("/proc/{pid}/task/{tid}")).is_ok()
}

/// The process that a thread belongs to.
pub(super) fn process_of(tid: i32) -> Option<i32> {
    status_field(tid, "Tgid:")?.parse().ok()
}

/// A field of a thread's `status`, such as `ShdPnd:`.
pub(super) fn status_field(tid: i32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
}

/// A set of signals (bit 0 for signal 1) or of capabilities of a thread's `status`.
pub(super) fn hexadecimal(tid: i32, name: &str) -> u64 {
    status_field(tid, name).and_then(|hex| u64::from_str_radix(&hex, 16).ok()).unwrap_or_default()
}

/// What an open descriptor of a process is, in the kernel's words: a path, `pipe:[…]`, `socket:[…]`, `anon_inode:…`.
pub(super) fn descriptor(pid: i32, number: i32) -> Option<String> {
    let link = fs::read_link(format!("/proc/{pid}/fd/{number}")).ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// Whether a descriptor of a thread does not block.
pub(super) fn is_nonblocking(tid: i32, number: i32) -> bool {
    let Ok(text) = fs::read_to_string(format!("/proc/{tid}/fdinfo/{number}")) else { return false };
    let flags = text.lines().find_map(|line| i32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
    flags.is_some_and(|flags| flags & libc::O_NONBLOCK != 0)
}

/// The program that a process runs.
pub(super) fn program(pid: i32) -> String {
    fs::read_link(format!("/proc/{pid}/exe")).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The proportional share of memory of a thread's process, in bytes, with what tables it takes to find it.
pub(super) fn memory_share(tid: i32) -> u64 {
    let Ok(text) = fs::read_to_string(format!("/proc/{tid}/smaps_rollup")) else { return 0 };
    let kilobytes =
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.split_ascii_whitespace().next()?.parse().ok());
    (kilobytes.unwrap_or(0_u64) << 10).saturating_add(tables(tid, pages(tid)[0]))
}

/// The resident memory of a thread's process, in bytes, with its tables: cheaper, and shared pages count in every process.
pub(super) fn resident(tid: i32) -> u64 {
    let [mapped, resident] = pages(tid);
    (resident << 12).saturating_add(tables(tid, mapped))
}

/// How many pages a process has mapped, and how many of them it holds.
fn pages(tid: i32) -> [u64; 2] {
    let text = fs::read_to_string(format!("/proc/{tid}/statm")).unwrap_or_default();
    let mut numbers = text.split_ascii_whitespace().map(|pages| pages.parse().unwrap_or(0));
    [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)]
}

/// With fewer pages mapped, a process's page tables are too small to matter: a five-hundredth of 8 GiB.
const MANY_PAGES: u64 = 1 << 21;

/// Bytes of page tables of a process that has mapped so many pages. They grow with what is read, too, of which nothing is held.
fn tables(tid: i32, mapped: u64) -> u64 {
    if mapped < MANY_PAGES {
        return 0;
    }
    let kilobytes = status_field(tid, "VmPTE:").and_then(|text| text.trim_end_matches(" kB").trim().parse().ok());
    kilobytes.unwrap_or(0_u64) << 10
}
