//! The memory of a stopped thread, and the C structures of time in it.

use std::io::{self, IoSlice, IoSliceMut};

use nix::sys::uio::{RemoteIoVec, process_vm_readv, process_vm_writev};
use nix::unistd::Pid;

use super::regs::address;
use crate::clock::VirtualDuration;

const NANOS: i64 = 1_000_000_000;

/// The kernel's `PATH_MAX`.
const LONGEST_NAME: usize = 4096;

/// Fills `buffer` from `at`.
pub(super) fn read(tid: i32, at: u64, buffer: &mut [u8]) -> io::Result<()> {
    let wanted = buffer.len();
    let remote = [RemoteIoVec { base: address(at), len: wanted }];
    let got = process_vm_readv(Pid::from_raw(tid), &mut [IoSliceMut::new(buffer)], &remote)?;
    if got == wanted { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::EFAULT)) }
}

/// As much as can be read from `at`, at most `length` bytes.
pub(super) fn read_some(tid: i32, at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; length];
    let remote = [RemoteIoVec { base: address(at), len: length }];
    let got = process_vm_readv(Pid::from_raw(tid), &mut [IoSliceMut::new(&mut buffer)], &remote)?;
    buffer.truncate(got);
    Ok(buffer)
}

/// The name that begins at `at`, without its NUL; none when it does not end within the longest that the kernel takes.
pub(super) fn read_name(tid: i32, at: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = read_some(tid, at, LONGEST_NAME)?;
    let end = bytes.iter().position(|byte| *byte == 0);
    bytes.truncate(end.unwrap_or(0));
    Ok(end.map(|_| bytes))
}

/// Writes `bytes` at `at`.
pub(super) fn write(tid: i32, at: u64, bytes: &[u8]) -> io::Result<()> {
    let remote = [RemoteIoVec { base: address(at), len: bytes.len() }];
    let put = process_vm_writev(Pid::from_raw(tid), &[IoSlice::new(bytes)], &remote)?;
    if put == bytes.len() { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::EFAULT)) }
}

/// Reads `N` words of 64 bits.
pub(super) fn read_words<const N: usize>(tid: i32, at: u64) -> io::Result<[i64; N]> {
    let mut bytes = vec![0_u8; N * 8];
    read(tid, at, &mut bytes)?;
    let mut words = [0; N];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = i64::from_ne_bytes(chunk.try_into().expect("chunks of eight bytes"));
    }
    Ok(words)
}

/// Writes words of 64 bits.
pub(super) fn write_words(tid: i32, at: u64, words: &[i64]) -> io::Result<()> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    write(tid, at, &bytes)
}

/// Writes words of 64 bits at one address, and others at a second one; whether the second could be written, too.
pub(super) fn write_words_at_two(tid: i32, first: (u64, &[i64]), second: (u64, &[i64])) -> io::Result<bool> {
    let bytes = |words: &[i64]| words.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>();
    let (one, two) = (bytes(first.1), bytes(second.1));
    let remote = [
        RemoteIoVec { base: address(first.0), len: one.len() },
        RemoteIoVec { base: address(second.0), len: two.len() },
    ];
    match process_vm_writev(Pid::from_raw(tid), &[IoSlice::new(&one), IoSlice::new(&two)], &remote)? {
        put if put == one.len() + two.len() => Ok(true),
        put if put >= one.len() => Ok(false),
        _ => Err(io::Error::from_raw_os_error(libc::EFAULT)),
    }
}

/// The span of a `timespec`; none when the kernel would refuse it.
pub(super) fn span(seconds: i64, nanos: i64) -> Option<VirtualDuration> {
    let seconds = u64::try_from(seconds).ok()?;
    let nanos = u64::try_from(nanos).ok().filter(|nanos| *nanos < NANOS.unsigned_abs())?;
    Some(VirtualDuration::from_secs(seconds).saturating_add(VirtualDuration::from_nanos(nanos)))
}

/// Reads a `timespec`. The inner option is none when the kernel would refuse its value.
pub(super) fn read_timespec(tid: i32, at: u64) -> io::Result<Option<VirtualDuration>> {
    let [seconds, nanos] = read_words(tid, at)?;
    Ok(span(seconds, nanos))
}

/// The span of a `timeval`.
pub(super) fn timeval(seconds: i64, micros: i64) -> Option<VirtualDuration> {
    let micros = u64::try_from(micros).ok()?;
    Some(span(seconds, 0)?.saturating_add(VirtualDuration::from_nanos(micros.checked_mul(1000)?)))
}

/// A span as the two words of a `timespec`.
pub(super) fn timespec_words(span: u64) -> [i64; 2] {
    [(span / NANOS.unsigned_abs()).cast_signed(), (span % NANOS.unsigned_abs()).cast_signed()]
}

/// A span as the two words of a `timeval`.
pub(super) fn timeval_words(span: u64) -> [i64; 2] {
    let [seconds, nanos] = timespec_words(span);
    [seconds, nanos / 1000]
}
