//! Modes, owners and times of files, where Landlock contains a run: it looks after what is in a file and after names, and
//! after none of these (landlock(7), "Limitations").
//!
//! So the program never makes such a call itself. What it means is opened once, by us; when that is a file of the run's own, we
//! change it, and any other is refused. A path that leads elsewhere is looked up once more by the program, which then hears the
//! kernel's own error, or that it is not permitted: we may be root, and would tell it what there is.

use std::io;

use nix::errno::Errno;
use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{FchmodatFlags, Mode, UtimensatFlags, fchmodat, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, chown};

use super::meant::{Meant, user};
use super::{Then, error};
use crate::trace::ClockKind;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, calls, int, word};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

const NANOS_A_MICRO: i64 = 1000;

/// What is to be changed.
enum Change {
    Mode(u32),
    Owner(u32, u32),
    /// Of the last access, of the last change.
    Times([TimeSpec; 2]),
}

/// How a call names its file.
enum Name {
    Number(i32),
    Path { folder: i32, at: u64, flags: i32 },
}

/// What is done about a call that changes such an attribute; none for all others. An error `EFAULT` is the program's.
pub(super) fn turn(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    if !calls::ATTRIBUTES.contains(&registers.number()) {
        return Ok(None);
    }
    let name = name(registers);
    let change = match change(world, caller, registers)? {
        Ok(change) => change,
        Err(errno) => return Ok(Some(error(errno as i32))),
    };
    let found = match &name {
        // A descriptor for the path alone allows no such change.
        Name::Number(number) if is_for_the_path_alone(caller, *number) => Err(Errno::EBADF),
        Name::Number(number) => Meant::by_number(caller.tid, *number),
        Name::Path { folder, at, flags } => {
            if flags & !(libc::AT_SYMLINK_NOFOLLOW | libc::AT_EMPTY_PATH) != 0 {
                return Ok(Some(error(libc::EINVAL)));
            }
            let Some(path) = memory::read_name(caller.tid, *at)? else {
                return Ok(Some(error(libc::ENAMETOOLONG)));
            };
            match (*folder, path.is_empty() && flags & libc::AT_EMPTY_PATH != 0) {
                (libc::AT_FDCWD, true) => Meant::by_path(world, caller, libc::AT_FDCWD, b".", true),
                (number, true) => Meant::by_number(caller.tid, number),
                (folder, false) => Meant::by_path(world, caller, folder, &path, flags & libc::AT_SYMLINK_NOFOLLOW == 0),
            }
        }
    };
    let Some(sandbox) = &world.options.sandbox else { return Ok(None) };
    let own = found.and_then(|meant| if meant.is_own(sandbox) { Ok(meant) } else { Err(Errno::EPERM) });
    Ok(Some(match (own, name) {
        (Ok(meant), _) => {
            make(&meant, &change, user(sandbox)).map_or_else(|errno| error(errno as i32), |()| Then::Answer(0))
        }
        (Err(errno), Name::Number(_)) => error(errno as i32),
        (Err(_), Name::Path { folder, at, flags }) => look_up_instead(registers, folder, at, flags),
    }))
}

/// Which file a call names, by its arguments.
fn name(registers: &Native) -> Name {
    let [first, second] = [0, 1].map(|index| registers.argument(index));
    let path = |folder, at, flags| Name::Path { folder, at, flags };
    match super::name(registers.number()) {
        "fchmod" | "fchown" => Name::Number(int(first)),
        "lchown" => path(libc::AT_FDCWD, first, libc::AT_SYMLINK_NOFOLLOW),
        "fchownat" => path(int(first), second, int(registers.argument(4))),
        "futimesat" | "utimensat" if second == 0 && int(first) != libc::AT_FDCWD => Name::Number(int(first)),
        "fchmodat" | "futimesat" => path(int(first), second, 0),
        "fchmodat2" | "utimensat" => path(int(first), second, int(registers.argument(3))),
        _ => path(libc::AT_FDCWD, first, 0),
    }
}

/// What a call is to change, by its arguments; the inner error is the program's.
fn change(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Result<Change, Errno>> {
    let low = |index| u32::try_from(registers.argument(index) & 0xffff_ffff).expect("32 bits");
    Ok(Ok(match super::name(registers.number()) {
        "chmod" | "fchmod" => Change::Mode(low(1)),
        "fchmodat" | "fchmodat2" => Change::Mode(low(2)),
        "chown" | "lchown" | "fchown" => Change::Owner(low(1), low(2)),
        "fchownat" => Change::Owner(low(2), low(3)),
        call => {
            let at = registers.argument(if call == "utime" || call == "utimes" { 1 } else { 2 });
            let asked = match (call, at) {
                (_, 0) => [0, libc::UTIME_NOW, 0, libc::UTIME_NOW],
                ("utime", _) => {
                    let [accessed, changed] = memory::read_words(caller.tid, at)?;
                    [accessed, 0, changed, 0]
                }
                ("utimensat", _) => memory::read_words(caller.tid, at)?,
                _ => {
                    let [accessed, micros, changed, more] = memory::read_words(caller.tid, at)?;
                    if [micros, more].iter().any(|micros| !(0..1_000_000).contains(micros)) {
                        return Ok(Err(Errno::EINVAL));
                    }
                    [accessed, micros * NANOS_A_MICRO, changed, more * NANOS_A_MICRO]
                }
            };
            Change::Times([[asked[0], asked[1]], [asked[2], asked[3]]].map(|[seconds, nanos]| {
                // "Now" is the run's.
                if nanos == libc::UTIME_NOW && world.options.clock == ClockKind::Virtual {
                    let now = world.time.read();
                    let [seconds, nanos] = memory::timespec_words(world.time.calendar(now));
                    return TimeSpec::new(seconds, nanos);
                }
                TimeSpec::new(seconds, nanos)
            }))
        }
    }))
}

/// Does it, with no more rights than the run has: we may be root.
fn make(meant: &Meant, change: &Change, (user, group): (u32, u32)) -> Result<(), Errno> {
    let path = meant.path();
    match change {
        // No rights of ours for others of this machine: who executes such a program becomes its owner.
        Change::Mode(mode) => {
            fchmodat(AT_FDCWD, &path, Mode::from_bits_truncate(mode & 0o1777), FchmodatFlags::FollowSymlink)
        }
        Change::Owner(owner, of) => {
            let none = u32::MAX;
            let known = *of == none || *of == group || !nix::unistd::geteuid().is_root();
            if (*owner != none && *owner != user) || !known {
                return Err(Errno::EPERM);
            }
            let some = |id: &u32| (*id != none).then_some(*id);
            chown(&path, some(owner).map(Uid::from_raw), some(of).map(Gid::from_raw))
        }
        Change::Times([accessed, changed]) => {
            utimensat(AT_FDCWD, &path, accessed, changed, UtimensatFlags::FollowSymlink)
        }
    }
}

/// The program looks up what it named, and changes nothing: what comes of it is an error in any case.
fn look_up_instead(registers: &mut Native, folder: i32, at: u64, flags: i32) -> Then {
    let original = *registers;
    registers.set_number(calls::FACCESSAT2);
    for (index, value) in [word(folder), at, word(libc::F_OK), word(flags)].into_iter().enumerate() {
        registers.set_argument(index, value);
    }
    Then::Replace(Seen::NotPermitted(Box::new(original)))
}

/// Whether a descriptor was opened by `O_PATH`.
fn is_for_the_path_alone(caller: Caller, number: i32) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{}/fdinfo/{number}", caller.tid)).unwrap_or_default();
    let flags = text.lines().find_map(|line| i32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
    flags.is_none_or(|flags| flags & libc::O_PATH != 0)
}
