//! How a program reads the clock: by code and a page of ours in the place of the kernel's vDSO.
//!
//! Left alone, it would read the machine's time without a system call. The kernel tells a program where its vDSO is by an
//! entry of the auxiliary vector, on the stack of its first instruction. At its exec the program is made to map two pages, an
//! image of our own and a page of words, and the entry is pointed at the image: glibc, musl and Go find their functions
//! there, static binaries too. Where that is not possible, the entry is overwritten with `AT_IGNORE`, and every reading is a
//! system call.
//!
//! The functions make the system call, which stops. The stop brings the answer and a *grant*: for as long as the thread
//! does not sleep or stop, and nobody else moves time, its moment is known from the CPU time that it used ([`grant`]). So a
//! program that reads the clock a thousand times in a row stops once.
//!
//! - *One grant in the whole tree*, for one thread. Whoever else reads the clock stops, and every other stop takes the grant
//!   back. So no order of readings has to be kept up between threads or processes.
//! - *Under a schedule* every reading is a place to choose, and must repeat. So a grant is given to a thread alone, and
//!   each of its readings moves time by a fixed step. (An interpreter's start reads the clock a thousand times.)
//! - *No grant in real time.*
//! - *The cycle counter is not asked*: it counts time in which a busy machine did not run the thread, and it
//!   may be trapped. Two system calls that do not stop cost less than a microsecond.
//! - *Nothing is believed that the page says*: what the thread was handed out is bounded by the CPU time that it used.

mod auxv;
mod grant;
mod image;
mod steps;

use std::io;
use std::sync::OnceLock;

pub(super) use grant::{Grants, clear};

use seccompiler::BpfProgram;

use super::inject::{SECCOMP_SET_MODE_FILTER, for_kernel};
use super::memory;
use super::regs::{CALL_INSTRUCTION, Registers, calls, may_read_thread_pointer};
use super::task::{Slot, Task};
use super::time::Time;
use crate::clock::VirtualInstant;
use crate::sys::clock_code::word;
use auxv::Auxv;
use steps::{Failure, Steps};

/// What became of a program's vDSO.
pub(super) struct Replaced {
    /// Where the page of shared words is; none: every reading of a clock is a system call.
    pub(super) page: Option<u64>,
    /// Whether it has the filter.
    pub(super) filtered: bool,
    /// How often the program stopped for this.
    pub(super) stops: u64,
    /// Something else happened to the program meanwhile: this status of a wait is to be looked at.
    pub(super) overtaken: Option<i32>,
}

/// Puts an image of ours in the place of the vDSO of a program that stands at its exec. Where that cannot be, every reading of a
/// clock is a system call. The 16 random bytes that the kernel gives a program become `chance`, where they are to repeat: the
/// stack's guard and Go's maps come of them. `filter`: one more that the program is to have.
pub(super) fn replace(
    task: &Task,
    time: &Time,
    chance: Option<[u64; 2]>,
    filter: Option<&BpfProgram>,
) -> io::Result<Replaced> {
    let mut replaced = Replaced { page: None, filtered: false, stops: 0, overtaken: None };
    let Some(auxv) = auxv(task)? else { return Ok(replaced) };
    if let Some(chance) = chance {
        auxv.give_chance(chance)?;
    }
    if may_read_thread_pointer(auxv.hwcap2)
        && let Some(instruction) = call_instruction(task.tid, auxv.vdso)
    {
        match map(task.tid, instruction, time, filter, &mut replaced.stops) {
            Ok((image, filtered)) => {
                replaced.filtered = filtered;
                auxv.tell(Some(image))?;
                replaced.page = Some(image + image_size());
                return Ok(replaced);
            }
            Err(Failure::Overtaken(status)) => {
                replaced.overtaken = Some(status);
                if !libc::WIFSTOPPED(status) {
                    return Ok(replaced);
                }
            }
            // A sandbox or a security module may refuse it.
            Err(Failure::Refused) => {}
        }
    }
    auxv.tell(None)?;
    Ok(replaced)
}

fn auxv(task: &Task) -> io::Result<Option<Auxv>> {
    let Slot::Stopped(stopped) = &task.slot else { return Ok(None) };
    Auxv::read(task.tid, stopped.registers()?.stack())
}

const fn image_size() -> u64 {
    image::SIZE as u64
}

/// Where in a program, whose vDSO is at `vdso`, an instruction for system calls stands: in the vDSO itself, which is the same
/// in all programs but for its place.
fn call_instruction(tid: i32, vdso: u64) -> Option<u64> {
    static OFFSET: OnceLock<Option<u64>> = OnceLock::new();
    let offset = OFFSET.get_or_init(|| {
        let bytes = memory::read_some(tid, vdso, 2 * image::SIZE).ok()?;
        let at = bytes.windows(CALL_INSTRUCTION.len()).position(|window| window == CALL_INSTRUCTION)?;
        u64::try_from(at).ok()
    });
    offset.map(|offset| vdso + offset)
}

/// Makes the program map the image and the page behind it, and take the filter; returns where the image is, and whether the filter
/// was taken.
fn map(
    tid: i32,
    instruction: u64,
    time: &Time,
    filter: Option<&BpfProgram>,
    count: &mut u64,
) -> Result<(u64, bool), Failure> {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    let image = IMAGE.get_or_init(image::image);
    let protection = |flags: i32| u64::from(flags.unsigned_abs());
    let writable = protection(libc::PROT_READ | libc::PROT_WRITE);
    let private = protection(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let mut steps = Steps::begin(tid, instruction)?;
    let mapped = (|| {
        let at = steps.call(calls::MMAP, [0, 2 * image_size(), writable, private, u64::MAX, 0])?;
        // The filter lies where the image will, until the kernel has it.
        let filtered = match filter {
            Some(filter) => {
                memory::write(tid, at, &for_kernel(filter, at))?;
                steps.call(calls::SECCOMP, [SECCOMP_SET_MODE_FILTER, 0, at, 0, 0, 0]).is_ok()
            }
            None => false,
        };
        let mut clean = vec![0; image_size().try_into().unwrap_or_default()];
        clean[..image.len()].copy_from_slice(image);
        memory::write(tid, at, &clean)?;
        let zeros = [Time::monotonic(VirtualInstant::START), time.calendar_at_start()];
        let zeros = zeros.map(u64::cast_signed);
        memory::write_words(tid, at + image_size() + word::MONOTONIC_ZERO as u64, &zeros)?;
        let runnable = protection(libc::PROT_READ | libc::PROT_EXEC);
        steps.call(calls::MPROTECT, [at, image_size(), runnable, 0, 0, 0])?;
        Ok((at, filtered))
    })();
    *count += steps.stops;
    steps.end()?;
    mapped
}
