//! Files of `/proc` that tell the time: the machine's uptime and start, and the start of a process.
//!
//! What they hold is made when they are read, and cannot be told apart by a filter, which sees no names. So once the program has
//! slept, each opening that is only to read stops, and where it is one of these, the program opens a copy in memory instead, which
//! tells what the file would tell on a machine with our clock. The copy is of the moment of the opening: who keeps it open reads
//! the same again.
//!
//! What was read before the first sleep stays true after it: the machine's uptime goes on from what it really was then, by our clock,
//! and a process that was there then keeps its start. Who watches processes knows each by its number and its start (psutil), and
//! would take one whose start changed for another that got its number. So these files' uptime is the machine's and the program's, and
//! not that of `CLOCK_BOOTTIME`, which begins the same on every machine.
//!
//! Only where time is virtual and goes its natural way, and where the program's names are ours: not in a sandbox.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use seccompiler::BpfProgram;

use super::Then;
use crate::clock::{VirtualDuration, VirtualInstant};
use crate::tracer::filter;
use crate::tracer::inject::Injected;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, calls, int};
use crate::tracer::task::Seen;
use crate::tracer::time::Pace;
use crate::tracer::world::{Caller, World};

const SECOND: u64 = 1_000_000_000;
/// `/proc` tells times of processes in hundredths of a second.
const TICK: u64 = SECOND / 100;
/// So far ahead of real time the clock may be before openings are looked at.
const AHEAD: Duration = Duration::from_millis(100);
/// No name of such a file is longer: `/proc/4194304/stat`, or a shorter one that starts from a folder.
const LONGEST: usize = 24;
/// Where in `/proc/PID/stat` the start stands: so many fields after the name in parentheses.
const START: usize = 20;

/// A file that tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// `/proc/uptime`.
    Uptime,
    /// `/proc/stat`.
    Machine,
    /// `/proc/PID/stat`.
    Process(i32),
}

/// What the machine's uptime goes on from once openings are looked at: the moment from which they are, and the uptime that it had
/// then, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(in crate::tracer) struct Uptime {
    since: VirtualInstant,
    then: u64,
}

impl Uptime {
    fn begin(since: VirtualInstant) -> Self {
        let up = clock_gettime(ClockId::CLOCK_BOOTTIME).map(Duration::from).unwrap_or_default();
        Self { since, then: u64::try_from(up.as_nanos()).unwrap_or(u64::MAX) }
    }

    /// The uptime at `moment`, which is none before it began to be ours.
    const fn at(self, moment: VirtualInstant) -> u64 {
        self.then.saturating_add(moment.as_nanos().saturating_sub(self.since.as_nanos()))
    }

    /// When a process was started, in ticks of the uptime: as before, for one that was there before.
    fn start(self, born: Option<VirtualInstant>, as_before: u64) -> u64 {
        born.filter(|born| *born >= self.since).map_or(as_before, |born| self.at(born) / TICK)
    }
}

/// A call that opens a file only to read it: the folder that its name starts from, where its name stands, and its flags.
fn to_read(registers: &Native) -> Option<(i32, u64, i32)> {
    let (folder, at, flags) = match super::name(registers.number()) {
        "open" => (libc::AT_FDCWD, 0, 1),
        "openat" => (int(registers.argument(0)), 1, 2),
        _ => return None,
    };
    let flags = int(registers.argument(flags));
    (flags & (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) == libc::O_RDONLY)
        .then(|| (folder, registers.argument(at), flags))
}

/// Whether a wait may bring the clock so far from the machine's that openings are looked at after it.
pub(super) fn is_long(span: VirtualDuration) -> bool {
    span.as_std() >= AHEAD
}

/// Brings the openings of a process to us from now on, when it does not yet: it is about to wait for long. One that never does
/// would pay for it with a tenth of its start, and learn little.
pub(super) fn begin_to_see(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    let Some(program) = filter(world, caller.pid)? else { return Ok(None) };
    uptime_of(world);
    let injected = Injected::filter(caller, registers, &program, None)?;
    if let Some(process) = world.processes.get_mut(&caller.pid) {
        process.sees_openings = true;
    }
    Ok(Some(Then::Replace(Seen::Injected(Box::new(injected)))))
}

/// The filter that brings the openings of a new program to us; none where they come already, or the clock is still near the
/// machine's.
pub(in crate::tracer) fn filter_for(world: &mut World<'_>, pid: i32) -> io::Result<Option<BpfProgram>> {
    let real = world.started.map_or(Duration::MAX, |started| started.elapsed());
    let ahead = world.time.now().since(VirtualInstant::START).as_std().saturating_sub(real);
    if ahead < AHEAD {
        return Ok(None);
    }
    uptime_of(world);
    filter(world, pid)
}

/// The machine's uptime as the program knows it, from now on if it was not ours before.
fn uptime_of(world: &mut World<'_>) -> Uptime {
    let now = world.time.now();
    *world.uptime.get_or_insert_with(|| Uptime::begin(now))
}

fn filter(world: &World<'_>, pid: i32) -> io::Result<Option<BpfProgram>> {
    let ours = world.turns.is_none() && world.options.sandbox.is_none() && world.time.pace() == Pace::Virtual;
    if !ours || world.processes.get(&pid).is_none_or(|process| process.sees_openings) {
        return Ok(None);
    }
    filter::tracing(&calls::OPENS).map(Some).map_err(io::Error::other)
}

/// The opening of a file: none when it is another call, or when nothing is done about reading.
pub(super) fn may_open(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    if !world.processes.get(&caller.pid).is_some_and(|process| process.sees_openings) {
        return Ok(None);
    }
    let Some((folder, path, flags)) = to_read(registers) else { return Ok(None) };
    let Some(file) = named(caller, folder, path)? else { return Ok(Some(Then::Go)) };
    // What cannot be read, the kernel refuses in its own words.
    let Some(text) = text(world, file) else { return Ok(Some(Then::Go)) };
    let original = *registers;
    let close = flags & libc::O_CLOEXEC != 0;
    registers.set_number(calls::MEMFD_CREATE);
    registers.set_argument(0, path);
    registers.set_argument(1, if close { u64::from(libc::MFD_CLOEXEC) } else { 0 });
    Ok(Some(Then::Replace(Seen::TellsTime(Box::new(original), text))))
}

/// The copy was opened: it gets what it tells.
pub(super) fn opened(caller: Caller, number: i64, text: &str) {
    if number >= 0 {
        // By a descriptor of our own, so that the program's stands at the beginning. Where this fails the thread was just killed.
        let copy = OpenOptions::new().write(true).open(format!("/proc/{}/fd/{number}", caller.tid));
        let _ = copy.and_then(|mut copy| copy.write_all(text.as_bytes()));
    }
}

/// Which file a name at `at` means, when it is one that tells the time.
fn named(caller: Caller, folder: i32, at: u64) -> io::Result<Option<Told>> {
    let bytes = memory::read_some(caller.tid, at, LONGEST)?;
    let Some(end) = bytes.iter().position(|byte| *byte == 0) else { return Ok(None) };
    let name = &bytes[..end];
    if name.first() == Some(&b'/') {
        return Ok(told(name, caller.pid));
    }
    if !name.ends_with(b"stat") && name != b"uptime" {
        return Ok(None);
    }
    let from = match folder {
        libc::AT_FDCWD => format!("/proc/{}/cwd", caller.tid),
        number => format!("/proc/{}/fd/{number}", caller.tid),
    };
    let whole: Option<PathBuf> = fs::read_link(from).ok().map(|folder| folder.join(Path::new(OsStr::from_bytes(name))));
    Ok(whole.and_then(|path| told(path.as_os_str().as_bytes(), caller.pid)))
}

/// Which file a whole name means, when process `own` opens it.
fn told(name: &[u8], own: i32) -> Option<Told> {
    let rest = name.strip_prefix(b"/proc/")?;
    match rest {
        b"uptime" => Some(Told::Uptime),
        b"stat" => Some(Told::Machine),
        b"self/stat" => Some(Told::Process(own)),
        _ => str::from_utf8(rest.strip_suffix(b"/stat")?).ok()?.parse().ok().map(Told::Process),
    }
}

/// What the file tells now.
fn text(world: &mut World<'_>, file: Told) -> Option<String> {
    let moment = world.time.read();
    let up = uptime_of(world);
    match file {
        Told::Uptime => uptime(&fs::read_to_string("/proc/uptime").ok()?, up.at(moment)),
        Told::Machine => {
            let begin = world.time.calendar(moment).saturating_sub(up.at(moment)) / SECOND;
            Some(with_start_of_machine(&fs::read_to_string("/proc/stat").ok()?, begin))
        }
        Told::Process(pid) => {
            // A name may hold any bytes.
            let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
            let born = world.processes.get(&pid).map(|process| process.born);
            with_start_of_process(&String::from_utf8_lossy(&stat), up.start(born, started(&stat)?))
        }
    }
}

/// `/proc/uptime` when the machine has been up for `up` nanoseconds, idle as long as it really was in proportion.
fn uptime(machine: &str, up: u64) -> Option<String> {
    let hundredths = |text: &str| text.replace('.', "").parse::<u128>().ok();
    let (really, idle) = machine.trim_end().split_once(' ')?;
    let now = u128::from(up / TICK);
    let idle = hundredths(idle)? * now / hundredths(really)?.max(1);
    let told = |hundredths: u128| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    Some(format!("{} {}\n", told(now), told(idle)))
}

/// `/proc/stat` of a machine that was started at `begin`, in seconds since 1970.
fn with_start_of_machine(machine: &str, begin: u64) -> String {
    let line = |line: &str| {
        if line.starts_with("btime ") { format!("btime {begin}\n") } else { format!("{line}\n") }
    };
    machine.lines().map(line).collect()
}

/// When a process of this `/proc/PID/stat` was started, in ticks of the machine's uptime.
fn started(stat: &[u8]) -> Option<u64> {
    String::from_utf8_lossy(stat).rsplit_once(") ")?.1.split(' ').nth(START - 1)?.parse().ok()
}

/// The same file with another start.
fn with_start_of_process(stat: &str, ticks: u64) -> Option<String> {
    let (name, fields) = stat.rsplit_once(") ")?;
    let mut fields: Vec<&str> = fields.split(' ').collect();
    let ticks = ticks.to_string();
    *fields.get_mut(START - 1)? = &ticks;
    Some(format!("{name}) {}", fields.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::{SECOND, Told, Uptime, started, told, uptime, with_start_of_machine, with_start_of_process};
    use crate::clock::VirtualInstant;

    #[test]
    fn files_that_tell_the_time_are_known_by_their_names() {
        assert_eq!(told(b"/proc/uptime", 5), Some(Told::Uptime));
        assert_eq!(told(b"/proc/stat", 5), Some(Told::Machine));
        assert_eq!(told(b"/proc/self/stat", 5), Some(Told::Process(5)));
        assert_eq!(told(b"/proc/17/stat", 5), Some(Told::Process(17)));
        for other in
            [&b"/proc/17/task/18/stat"[..], b"/proc/version", b"/proc/17/status", b"/tmp/stat", b"/proc/x/stat"]
        {
            assert_eq!(told(other, 5), None);
        }
    }

    #[test]
    fn the_uptime_is_ours_and_the_idle_time_keeps_its_share() {
        assert_eq!(uptime("200.00 400.00\n", 10_005_250_000_000).as_deref(), Some("10005.25 20010.50\n"));
    }

    #[test]
    fn the_uptime_goes_on_from_the_machines_and_a_process_from_before_keeps_its_start() {
        let second = VirtualInstant::from_nanos;
        let up = Uptime { since: second(2 * SECOND), then: 500 * SECOND };
        assert_eq!(up.at(second(2 * SECOND)), 500 * SECOND);
        assert_eq!(up.at(second(62 * SECOND)), 560 * SECOND);
        assert_eq!(up.start(None, 77), 77, "none of the run's");
        assert_eq!(up.start(Some(second(SECOND)), 49_900), 49_900);
        assert_eq!(up.start(Some(second(12 * SECOND)), 50_001), 51_000);
    }

    #[test]
    fn only_the_start_of_the_machine_is_changed_in_its_statistics() {
        assert_eq!(with_start_of_machine("cpu 1 2\nbtime 5\nctxt 7\n", 99), "cpu 1 2\nbtime 99\nctxt 7\n");
    }

    #[test]
    fn the_start_of_a_process_is_found_behind_a_name_with_parentheses() {
        let fields: Vec<String> = (3..=52).map(|field| field.to_string()).collect();
        let stat = format!("7 (a) b) {}\n", fields.join(" "));
        assert_eq!(started(stat.as_bytes()), Some(22));
        let changed = with_start_of_process(&stat, 1_000_000).unwrap();
        assert_eq!(changed, stat.replace(" 22 ", " 1000000 "));
    }
}
