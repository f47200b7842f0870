//! The program's own output: which open files it is.

use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::error::TracerError;
use super::options::{Options, OutputMode, Shown, StdinMode};
use super::spawn::pipe;
use crate::sys::descriptor::same_open_file;

/// The program's standard streams.
#[derive(Debug)]
pub(super) struct Streams {
    mode: OutputMode,
    /// Whether captured output goes on to ours, too.
    goes_on: bool,
    /// What a terminal is given of it.
    shown: Option<Shown>,
    output: [Stream; 2],
    stdin: Stdin,
    own_pid: i32,
}

/// One output stream: our copy of the open file, and what identifies the file behind it.
#[derive(Debug)]
struct Stream {
    descriptor: RawFd,
    /// Keeps the pipe of captured output alive: its reading end, its writing end.
    pipe: Option<(OwnedFd, OwnedFd)>,
    /// Device and inode of a pipe: opened again through /proc it is another open file but the same stream.
    pipe_identity: Option<(u64, u64)>,
}

#[derive(Debug)]
enum Stdin {
    File(File),
    Pipe {
        reading: Option<OwnedFd>,
        writing: Option<File>,
        rest: Vec<u8>,
    },
    /// Ours; and whether something outside the run can still write to it.
    Inherited {
        outside: bool,
    },
}

fn identity_of_pipe(path: &str) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    metadata.file_type().is_fifo().then(|| (metadata.dev(), metadata.ino()))
}

impl Stream {
    fn captured() -> Result<Self, TracerError> {
        let (reading, writing) = pipe()?;
        let descriptor = writing.as_raw_fd();
        let pipe_identity = identity_of_pipe(&format!("/proc/self/fd/{descriptor}"));
        Ok(Self { descriptor, pipe: Some((reading, writing)), pipe_identity })
    }

    fn ours(descriptor: RawFd) -> Self {
        let pipe_identity = identity_of_pipe(&format!("/proc/self/fd/{descriptor}"));
        Self { descriptor, pipe: None, pipe_identity }
    }
}

fn write_out(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

impl Streams {
    /// Makes them.
    pub(super) fn new(options: &Options, output: OutputMode, goes_on: bool) -> Result<Self, TracerError> {
        let failed = |cause| TracerError::System { operation: "open the program's input", tid: None, cause };
        let stdin = match &options.stdin {
            StdinMode::Null => Stdin::File(File::open("/dev/null").map_err(failed)?),
            StdinMode::Bytes(bytes) if bytes.is_empty() => Stdin::File(File::open("/dev/null").map_err(failed)?),
            StdinMode::Bytes(bytes) => {
                let (reading, writing) = pipe()?;
                let nonblocking = nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK);
                nix::fcntl::fcntl(&writing, nonblocking).map_err(|errno| failed(errno.into()))?;
                Stdin::Pipe { reading: Some(reading), writing: Some(File::from(writing)), rest: bytes.clone() }
            }
            StdinMode::Inherit => {
                let kind = fs::metadata("/proc/self/fd/0").map(|metadata| metadata.file_type());
                let null = fs::read_link("/proc/self/fd/0").is_ok_and(|path| path.as_os_str() == "/dev/null");
                Stdin::Inherited { outside: kind.is_ok_and(|kind| !kind.is_file()) && !null }
            }
        };
        let output = match output {
            OutputMode::Captured => (output, [Stream::captured()?, Stream::captured()?]),
            OutputMode::Passthrough => (output, [Stream::ours(1), Stream::ours(2)]),
        };
        let own_pid = std::process::id().cast_signed();
        let mut streams = Self { mode: output.0, goes_on, shown: options.shown, output: output.1, stdin, own_pid };
        streams.feed();
        Ok(streams)
    }

    /// What becomes the program's descriptors 0, 1 and 2.
    pub(super) fn descriptors(&self) -> [(RawFd, RawFd); 3] {
        let stdin = match &self.stdin {
            Stdin::File(file) => file.as_raw_fd(),
            Stdin::Pipe { reading, .. } => reading.as_ref().map_or(-1, AsRawFd::as_raw_fd),
            Stdin::Inherited { .. } => 0,
        };
        [(stdin, 0), (self.output[0].descriptor, 1), (self.output[1].descriptor, 2)]
    }

    /// The program is another user than we: it may open its own streams again by their path, as bare.
    pub(super) fn give_to(&self, uid: u32, gid: u32) {
        let outputs =
            self.output.iter().filter_map(|stream| stream.pipe.as_ref()).flat_map(|(one, other)| [one, other]);
        let input = match &self.stdin {
            Stdin::Pipe { reading, .. } => reading.as_ref(),
            _ => None,
        };
        for pipe in outputs.chain(input) {
            // Without it, opening `/dev/stdout` is refused; everything else works.
            let _ = std::os::unix::fs::fchown(pipe, Some(uid), Some(gid));
        }
    }

    /// The program has its copies: ours of the reading end goes, so that a program that closes its input is told so.
    pub(super) fn started(&mut self) {
        if let Stdin::Pipe { reading, .. } = &mut self.stdin {
            *reading = None;
        }
    }

    /// Whether output stays with us.
    pub(super) fn is_captured(&self) -> bool {
        self.mode == OutputMode::Captured
    }

    /// Captured output goes on to ours, where that was asked for.
    pub(super) fn pass_on(&self, stream: u8, bytes: &[u8]) {
        if self.goes_on {
            let terminal = if stream == 2 { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
            let shown = self.shown.filter(|_| terminal).map(|shown| shown(bytes));
            let bytes = shown.as_deref().unwrap_or(bytes);
            // Nobody listens any more: the program could not know, for its output stays with us.
            let _ = if stream == 2 { std::io::stderr().write_all(bytes) } else { write_out(bytes) };
        }
    }

    /// Whether someone outside the run may still type.
    pub(super) const fn has_outside_input(&self) -> bool {
        matches!(self.stdin, Stdin::Inherited { outside: true })
    }

    /// Whether input may still come, from outside or from us.
    pub(super) const fn takes_input(&self) -> bool {
        matches!(self.stdin, Stdin::Inherited { outside: true } | Stdin::Pipe { writing: Some(_), .. })
    }

    /// Puts more input into the pipe, as much as fits; closes it after the last byte. True when something went in.
    pub(super) fn feed(&mut self) -> bool {
        let Stdin::Pipe { writing, rest, .. } = &mut self.stdin else { return false };
        let Some(pipe) = writing else { return false };
        let mut moved = false;
        while !rest.is_empty() {
            match pipe.write(rest) {
                Ok(0) => break,
                Ok(written) => {
                    rest.drain(..written);
                    moved = true;
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return moved,
                // The program closed its input.
                Err(_) => rest.clear(),
            }
        }
        *writing = None;
        moved
    }

    /// Which of the program's streams descriptor `number` of thread `tid` is: 1, 2 or none.
    ///
    /// What counts is the open file, not the number; and a pipe that was opened again by its path is the same stream.
    pub(super) fn stream(&self, tid: i32, number: i32) -> Option<u8> {
        let same = |stream: &Stream| same_open_file(tid, number, self.own_pid, stream.descriptor).unwrap_or(false);
        // Where both are one open file, the number is all there is to tell them apart.
        match (same(&self.output[0]), same(&self.output[1])) {
            (true, true) => return Some(if number == 2 { 2 } else { 1 }),
            (true, false) => return Some(1),
            (false, true) => return Some(2),
            (false, false) => {}
        }
        let identity = identity_of_pipe(&format!("/proc/{tid}/fd/{number}"))?;
        let place = self.output.iter().position(|stream| stream.pipe_identity == Some(identity))?;
        Some(if place == 0 { 1 } else { 2 })
    }

    /// Whether descriptor `number` of process `pid` is our own standard input.
    pub(super) fn is_input(&self, pid: i32, number: i32) -> bool {
        same_open_file(pid, number, self.own_pid, 0).unwrap_or(false)
    }

    /// Whether a process still holds one of the program's output streams.
    pub(super) fn held_by(&self, pid: i32) -> bool {
        let identity = |path: &str| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
        let ours = self.output.iter().map(|stream| identity(&format!("/proc/self/fd/{}", stream.descriptor)));
        let ours: Vec<_> = ours.collect();
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        descriptors
            .filter_map(Result::ok)
            .filter_map(|entry| entry.path().to_str().and_then(identity))
            .any(|held| ours.contains(&Some(held)))
    }
}
