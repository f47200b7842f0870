//! Times of files: what the program sets to "now" gets the virtual now. See [`crate::tracer::files`].

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Then;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, calls, int, word};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

/// Below the stack pointer, a function may use this much without moving it (System V ABI). What lies under it is nobody's.
pub(super) const RED_ZONE: u64 = 128;
/// Two `timespec`: of the last access, of the last change.
const TIMES: u64 = 32;

/// `utimensat` and its elders: an explicit time is the program's own affair, "now" becomes explicit.
pub(super) fn set(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let original = *registers;
    let (folder, path, times_at, flags) = match super::name(registers.number()) {
        "utime" | "utimes" => (word(libc::AT_FDCWD), registers.argument(0), registers.argument(1), 0),
        "futimesat" => (registers.argument(0), registers.argument(1), registers.argument(2), 0),
        _ => (registers.argument(0), registers.argument(1), registers.argument(2), registers.argument(3)),
    };
    let moment = world.time.read();
    let [seconds, nanos] = memory::timespec_words(world.time.calendar(moment));
    let mut times = [seconds, nanos, seconds, nanos];
    if times_at != 0 {
        if registers.number() != calls::UTIMENSAT {
            return Ok(Then::Go);
        }
        let asked = memory::read_words::<4>(caller.tid, times_at)?;
        if asked[1] != libc::UTIME_NOW && asked[3] != libc::UTIME_NOW {
            return Ok(Then::Go);
        }
        for half in [0, 2] {
            if asked[half + 1] != libc::UTIME_NOW {
                times[half..half + 2].copy_from_slice(&asked[half..half + 2]);
            }
        }
    }
    let scratch_at = registers.stack().wrapping_sub(RED_ZONE + TIMES) & !15;
    memory::write_words(caller.tid, scratch_at, &times)?;
    registers.set_number(calls::UTIMENSAT);
    for (index, value) in [folder, path, scratch_at, flags].into_iter().enumerate() {
        registers.set_argument(index, value);
    }
    Ok(Then::Replace(Seen::FileTimes(Box::new(original))))
}

/// It returned: the program finds its registers as it left them.
pub(super) fn put_back(original: &Native, registers: &mut Native) {
    for index in 0..6 {
        registers.set_argument(index, original.argument(index));
    }
    registers.set_number(original.number());
}

/// A name that a call takes: of a file relative to the folder that `folder` is open on, as the caller sees both.
fn named(caller: Caller, folder: i32, at: u64) -> io::Result<PathBuf> {
    // One that is too long is refused by the kernel: no file has it.
    let bytes = memory::read_name(caller.tid, at)?.unwrap_or_default();
    let name = Path::new(OsStr::from_bytes(&bytes));
    let folder = match folder {
        libc::AT_FDCWD => format!("/proc/{}/cwd", caller.tid),
        number => format!("/proc/{}/fd/{number}", caller.tid),
    };
    Ok(Path::new(&folder).join(name))
}

/// A call that makes a name, moves it or takes it away: the folder changes, and what is made. Which arguments are names, and which
/// the folders that they start from.
pub(super) fn names(caller: Caller, registers: &Native) -> io::Result<Then> {
    let here = libc::AT_FDCWD;
    let folder = |index| int(registers.argument(index));
    let names: Vec<(i32, usize)> = match super::name(registers.number()) {
        "rename" | "link" => vec![(here, 0), (here, 1)],
        "renameat" | "renameat2" | "linkat" => vec![(folder(0), 1), (folder(2), 3)],
        "symlink" => vec![(here, 1)],
        "symlinkat" => vec![(folder(1), 2)],
        "mkdirat" | "mknodat" | "unlinkat" => vec![(folder(0), 1)],
        _ => vec![(here, 0)],
    };
    let paths = names.into_iter().map(|(folder, index)| named(caller, folder, registers.argument(index)));
    Ok(Then::See(Seen::Names(paths.collect::<io::Result<_>>()?)))
}

/// `inotify_add_watch`.
pub(super) fn watch(caller: Caller, registers: &Native) -> io::Result<Then> {
    Ok(Then::See(Seen::Watch(named(caller, libc::AT_FDCWD, registers.argument(1))?)))
}

/// `umount2`, with the name as the caller sees it.
pub(super) fn unmount(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Then> {
    let bytes = memory::read_name(caller.tid, registers.argument(0))?.unwrap_or_default();
    let name = Path::new(OsStr::from_bytes(&bytes));
    let from = if name.is_absolute() { "root" } else { "cwd" };
    let folder = PathBuf::from(format!("/proc/{}/{from}", caller.tid));
    world.unmounts(&folder.join(name.strip_prefix("/").unwrap_or(name)));
    Ok(Then::Go)
}

/// A file is opened that may be new, or emptied.
pub(super) const fn opened() -> Then {
    Then::See(Seen::FileOpened)
}

/// `ftruncate`, `fallocate`.
pub(super) fn resized(world: &World<'_>, caller: Caller, registers: &Native) -> Then {
    written(world, caller, int(registers.argument(0)))
}

/// Something is written to a descriptor that is none of the program's streams: looked at again when it has been, if it is a
/// file.
pub(super) fn written(world: &World<'_>, caller: Caller, number: i32) -> Then {
    if world.files.is_file(caller.tid, number) { Then::See(Seen::FileWrite(number)) } else { Then::Go }
}
