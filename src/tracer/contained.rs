//! Starts a program through the sandbox's stage, attached before it gives its rights up.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use super::calls::{ALWAYS, traced_for_shared_memory};
use super::error::TracerError;
use super::filter::{Sight, filters, tracing};
use super::options::Options;
use super::regs::calls::{ATTRIBUTES, LARGE_MAPS, MESSAGES, MORE_FILTERS};
use super::streams::Streams;
use super::tracee::Running;
use crate::sandbox::{self, Confinement, Filter, Group, Rung, SandboxError, Staged};
use crate::sys::child::Step;
use crate::sys::descriptor::{duplicate, process};

/// A program at the gate of its stage, attached.
#[derive(Debug)]
pub(super) struct Contained {
    staged: Staged,
    program: String,
    rung: Rung,
}

impl Contained {
    /// Starts the stage, and attaches to what will be the program.
    ///
    /// # Errors
    /// When the sandbox cannot be put on. Nothing is left running then.
    pub(super) fn start(
        options: &Options,
        confinement: &Confinement,
        sight: Sight,
        streams: &Streams,
    ) -> Result<(Self, Running), TracerError> {
        let mut filters: Vec<Filter> = filters(sight)?.into_iter().map(Filter::from).collect();
        let mut more = LARGE_MAPS.to_vec();
        // The sandbox leaves it to us: ours may be put on, the program's own may not.
        more.push(MORE_FILTERS);
        if confinement.rung == Rung::Landlock {
            more.extend(MESSAGES.map(|call| (call, ALWAYS)));
            more.extend(traced_for_shared_memory());
            more.extend(ATTRIBUTES.map(|call| (call, ALWAYS)));
        }
        filters.push(tracing(&more)?.into());
        if let Some(identity) = confinement.identity {
            streams.give_to(identity.uid, identity.gid);
        }
        let failed = |cause: io::Error| TracerError::System { operation: "copy a descriptor", tid: None, cause };
        let [(stdin, _), (stdout, _), (stderr, _)] = streams.descriptors();
        let [stdin, stdout, stderr] = [duplicate(stdin), duplicate(stdout), duplicate(stderr)];
        let (stdin, stdout, stderr) = (stdin.map_err(failed)?, stdout.map_err(failed)?, stderr.map_err(failed)?);
        let mut plan = confinement.plan(&options.argv, &options.env, filters);
        plan.trap_cycle_counter = sight != Sight::Wall;
        plan.fixed_addresses = sight == Sight::Turns || options.fixed_addresses;
        let staged = sandbox::start(&plan, &confinement.grade, [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()])?;
        let tid = staged.program().as_raw();
        let running = match Running::seize(tid) {
            Ok(running) => running,
            Err(cause) => {
                staged.end();
                return Err(TracerError::System { operation: "attach to the program", tid: Some(tid), cause });
            }
        };
        let program = options.argv.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((Self { staged, program, rung: confinement.rung }, running))
    }

    /// The run's control group: whoever has ended all of the run is to give it back.
    pub(super) fn take_group(&mut self) -> Option<Group> {
        self.staged.take_group()
    }

    /// What will be the program, as we call it.
    pub(super) fn tid(&self) -> i32 {
        self.staged.program().as_raw()
    }

    /// The init of its namespace, if it has one.
    pub(super) fn init(&self) -> Option<i32> {
        (self.rung == Rung::Namespaces).then(|| self.staged.child().as_raw())
    }

    /// For a helper of the run: a process, and the step by which its child comes into the program's own network. None
    /// where that is the machine's.
    pub(super) fn network(&self) -> Result<Option<(OwnedFd, Step)>, TracerError> {
        if self.rung != Rung::Namespaces {
            return Ok(None);
        }
        let program = process(self.tid()).map_err(|cause| TracerError::System {
            operation: "open the program's process",
            tid: Some(self.tid()),
            cause,
        })?;
        // Without root's rights, those over the network come with its user namespace.
        let user = if nix::unistd::geteuid().is_root() { 0 } else { libc::CLONE_NEWUSER };
        let enter = Step::Enter(program.as_raw_fd(), libc::CLONE_NEWNET | user);
        Ok(Some((program, enter)))
    }

    /// Lets it become the program, with `instead` in the place of `word` in arguments and variables.
    pub(super) fn open_gate(&self, word: &str, instead: &str) -> Result<(), SandboxError> {
        self.staged.open_gate_with(word, instead)
    }

    /// What failed; for one that ended without an exec.
    pub(super) fn error(&self) -> TracerError {
        match self.staged.failure(&self.program) {
            Some(SandboxError::Execute { program, cause }) => TracerError::Start { program, cause },
            Some(error) => error.into(),
            None => SandboxError::Stage("become the program: it ended without a word".to_owned()).into(),
        }
    }
}
