use std::io::{self, PipeReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::message::{Report, send_order};
use super::tree;
use crate::engine::{EngineError, RunRequest};

/// How long the supervisor may take to end everything.
const PATIENCE: Duration = Duration::from_secs(10);

/// The engine's end of one supervisor. Dropped, it has the tree ended and waits for that.
pub(super) struct Supervised {
    process: Child,
    socket: UnixStream,
    unread: Vec<u8>,
    pub(super) stdout: PipeReader,
    pub(super) stderr: PipeReader,
}

impl Supervised {
    /// Starts a supervisor and gives it its order.
    pub(super) fn start(executable: &Path, request: &RunRequest) -> Result<Self, EngineError> {
        let system = |operation| move |cause| EngineError::System { operation, pid: None, cause };
        let (socket, its_end) = UnixStream::pair().map_err(system("make a socket"))?;
        let (stdout, stdout_end) = io::pipe().map_err(system("make a pipe"))?;
        let (stderr, stderr_end) = io::pipe().map_err(system("make a pipe"))?;
        for pipe in [&stdout, &stderr] {
            set_nonblocking(pipe).map_err(system("set up a pipe"))?;
        }
        let process = Command::new(executable)
            .arg0("grade")
            .arg("__supervise")
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(its_end)))
            .stdout(stdout_end)
            .stderr(stderr_end)
            .spawn()
            .map_err(system("start the supervisor"))?;
        let supervised = Self { process, socket, unread: Vec::new(), stdout, stderr };
        send_order(&supervised.socket, request).map_err(system("give the supervisor its order"))?;
        supervised.socket.set_nonblocking(true).map_err(system("set up a socket"))?;
        Ok(supervised)
    }

    /// The socket, to wait for reports.
    pub(super) const fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// The supervisor's process id.
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Asks for the end of the tree.
    pub(super) fn end_tree(&self) {
        // One that is gone has been asked already.
        let _gone = (&self.socket).write_all(b"k");
    }

    /// The reports that have come; an error when the supervisor is gone.
    pub(super) fn reports(&mut self) -> io::Result<Vec<Report>> {
        let mut buffer = [0; 4096];
        let mut gone = false;
        loop {
            match (&self.socket).read(&mut buffer) {
                Ok(0) => {
                    gone = true;
                    break;
                }
                Ok(length) => self.unread.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    gone = true;
                    break;
                }
            }
        }
        let mut reports = Vec::new();
        while let Some(newline) = self.unread.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.unread.drain(..=newline).collect();
            reports.push(serde_json::from_slice(&line)?);
        }
        if gone && reports.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(reports) }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let _gone = self.socket.shutdown(std::net::Shutdown::Both);
        let start = Instant::now();
        let mut pause = Duration::from_micros(200);
        let status = loop {
            match self.process.try_wait() {
                Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(pause),
                Ok(status) => break status,
                Err(_) => break None,
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        if status.is_some_and(|status| status.success()) {
            return;
        }
        // Killed by its own program, or stuck on a process that nobody can kill: end what can still be found.
        tree::kill_session(self.process.id().cast_signed());
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn set_nonblocking(pipe: &PipeReader) -> io::Result<()> {
    nix::fcntl::fcntl(pipe, nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK))?;
    Ok(())
}
