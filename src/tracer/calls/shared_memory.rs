//! Shared memory by name, where a run has no `/dev/shm` of its own (the Landlock rung).
//!
//! The C library keeps semaphores and shared memory in that folder, whatever a program says, and the machine's holds those of
//! everybody. So a path that begins with it is read once and written anew, below the stack, as one in a folder that goes with
//! the run. That is for the program's sake, not for safety's: Landlock closes the machine's folder, and a program that
//! changes its path behind our back is refused.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::file_times::RED_ZONE;
use super::{Then, When};
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, calls};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

const FOLDER: &[u8] = b"/dev/shm";

/// The calls that name files, with their conditions.
pub(in crate::tracer) fn traced() -> impl Iterator<Item = (i64, When)> {
    calls::PATHS.iter().map(|(call, _, when)| (*call, *when))
}

/// What is done about a call that names files; none when it names none in `/dev/shm`.
pub(super) fn turn(world: &World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    let Some(own) = world.options.sandbox.as_ref().and_then(|sandbox| sandbox.shared_memory.as_deref()) else {
        return Ok(None);
    };
    if world.is_fixture(caller.pid) {
        return Ok(None);
    }
    let Some((_, places, _)) = calls::PATHS.iter().find(|(call, ..)| *call == registers.number()) else {
        return Ok(None);
    };
    let original = *registers;
    let mut scratch_at = registers.stack().wrapping_sub(RED_ZONE);
    let mut any = false;
    for place in *places {
        let Some(path) = instead_at(caller.tid, original.argument(*place), own)? else { continue };
        scratch_at = scratch_at.wrapping_sub(u64::try_from(path.len()).map_err(io::Error::other)?);
        memory::write(caller.tid, scratch_at, &path)?;
        registers.set_argument(*place, scratch_at);
        any = true;
    }
    Ok(any.then(|| Then::Replace(Seen::Instead(Box::new(original)))))
}

/// The path at `at` as one in the run's own folder, with its NUL; none when it is another one.
fn instead_at(tid: i32, at: u64, own: &Path) -> io::Result<Option<Vec<u8>>> {
    let Ok(begin) = memory::read_some(tid, at, FOLDER.len() + 1) else { return Ok(None) };
    if !begin.starts_with(FOLDER) || !matches!(begin.get(FOLDER.len()), Some(b'/' | 0)) {
        return Ok(None);
    }
    let Some(path) = memory::read_name(tid, at)? else { return Ok(None) };
    Ok(Some([own.as_os_str().as_bytes(), &path[FOLDER.len()..], b"\0"].concat()))
}

/// A path as one in the run's own folder; none when it is another one.
pub(super) fn instead(world: &World<'_>, path: &[u8]) -> Option<Vec<u8>> {
    let own = world.options.sandbox.as_ref()?.shared_memory.as_ref()?;
    let rest = path.strip_prefix(FOLDER).filter(|rest| matches!(rest.first(), Some(b'/') | None))?;
    Some([own.as_os_str().as_bytes(), rest].concat())
}
