//! The HTTP fixture beside the program: traced, so that its delays are virtual, but no part of the verdict.
//!
//! It is started before the program (in a sandbox: in the program's own network), and the time begins when the program does. What it
//! writes never leaves its memory: the first line on its standard output is its address, the lines on descriptor 3 are
//! its record, stamped where they are written.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::error::TracerError;
use super::options::FixtureProgram;
use super::process::Role;
use super::spawn::{Launch, pipe};
use super::task::Slot;
use super::watch::Watch;
use super::world::World;
use crate::sys::child::Step;
use crate::trace::EventKind;

/// The descriptor of its record.
const RECORD: i32 = 3;
/// What stands for its address in the program's arguments.
pub(super) const ADDRESS: &str = "$http";

/// What is known of it.
#[derive(Debug)]
pub(super) struct Fixture {
    pid: i32,
    program: FixtureProgram,
    address: Vec<u8>,
    record: Vec<u8>,
    /// Its standard input: closed, it ends.
    stdin: Option<OwnedFd>,
}

impl Fixture {
    pub(super) const fn is(&self, pid: i32) -> bool {
        self.pid == pid
    }

    /// Which of its streams a descriptor is: its own program says which number is what.
    pub(super) fn stream(number: i32) -> Option<u8> {
        u8::try_from(number).ok().filter(|number| matches!(number, 1 | 3))
    }

    /// Its address, once it has told.
    pub(super) fn address(&self) -> Option<&str> {
        str::from_utf8(self.address.strip_suffix(b"\n")?).ok()
    }

    /// The port at which it listens.
    pub(super) fn port(&self) -> Option<u16> {
        self.address()?.rsplit(':').next()?.parse().ok()
    }
}

/// Replaces `$http` in a text.
pub(super) fn with_address(text: &OsStr, address: &str) -> OsString {
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let Some(at) = rest.windows(ADDRESS.len()).position(|window| window == ADDRESS.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(address.as_bytes());
        rest = &rest[at + ADDRESS.len()..];
    }
    out.extend_from_slice(rest);
    OsString::from_vec(out)
}

/// Starts it, and goes on until it has told its address.
///
/// # Errors
/// When it cannot be started or says nothing. What was started is left to the caller's end of the run.
pub(super) fn start(
    world: &mut World<'_>,
    watch: &mut Watch,
    program: &FixtureProgram,
    filters: &[Step],
    network: &[Step],
) -> Result<String, TracerError> {
    let failed = |cause| TracerError::System { operation: "open /dev/null", tid: None, cause };
    let null = File::options().write(true).open("/dev/null").map_err(failed)?;
    let (stdin, stdin_end) = pipe()?;
    // Never read: see the module.
    let (_unread, output) = pipe()?;
    let launched = Launch {
        argv: &program.argv,
        env: &[],
        cwd: Path::new("/"),
        descriptors: &[
            (stdin.as_raw_fd(), 0),
            (output.as_raw_fd(), 1),
            (null.as_raw_fd(), 2),
            (output.as_raw_fd(), RECORD),
        ],
        fixed_addresses: false,
        own_session: true,
        confinement: network,
        filters,
    }
    .start()?;
    let pid = launched.tid;
    let (running, failure) = launched.split();
    world.adopt(pid, pid, Slot::Running(running), Role::Fixture);
    world.fixture = Some(Fixture {
        pid,
        program: program.clone(),
        address: Vec::new(),
        record: Vec::new(),
        stdin: Some(stdin_end),
    });
    watch.follow(world, |world| {
        let told = world.fixture.as_ref().is_some_and(|fixture| fixture.address().is_some());
        told || !world.processes.contains_key(&pid)
    })?;
    let address = world.fixture.as_ref().and_then(Fixture::address).map(str::to_owned);
    address.ok_or_else(|| TracerError::Fixture(failure.error().to_string()))
}

impl World<'_> {
    /// The fixture wrote.
    pub(super) fn fixture_said(&mut self, stream: u8, bytes: &[u8]) {
        let now = self.time.now();
        let Some(fixture) = &mut self.fixture else { return };
        if stream == 1 {
            fixture.address.extend_from_slice(bytes);
            return;
        }
        fixture.record.extend_from_slice(bytes);
        while let Some(at) = fixture.record.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = fixture.record.drain(..=at).collect();
            if let Some(event @ EventKind::Http { .. }) = (fixture.program.read)(&line) {
                self.record.note(now, 0, 0, event);
            }
        }
    }

    /// The program has left: the fixture writes down what that ended, and leaves, too.
    pub(super) fn end_fixture(&mut self, watch: &mut Watch) -> Result<(), TracerError> {
        let Some(fixture) = &mut self.fixture else { return Ok(()) };
        if self.left.is_none() {
            return Ok(());
        }
        let pid = fixture.pid;
        fixture.stdin = None;
        let ending = self.ending.take();
        let followed = watch.follow(self, |world| !world.processes.contains_key(&pid));
        self.ending = ending;
        followed
    }
}

#[cfg(test)]
mod tests {
    use super::with_address;

    #[test]
    fn the_address_takes_the_place_of_its_name_wherever_it_stands() {
        for (text, expected) in
            [("$http/a", "http://h:1/a"), ("x$http,$http", "xhttp://h:1,http://h:1"), ("$htt", "$htt")]
        {
            assert_eq!(with_address(text.as_ref(), "http://h:1"), expected);
        }
    }
}
