//! What a submission may do, as plain data, and the stage that puts it on.
//!
//! A [`Plan`] says what a run may see, use and call. [`start()`] re-executes this binary as a single-threaded stage with a
//! clean environment, which puts the plan on step by step, says who the program is, waits at a gate until its tracer is
//! attached, and becomes the program. There are three rungs, tried by doing ([`probe()`]), not by reading settings:
//!
//! | rung | gives |
//! | --- | --- |
//! | [`Rung::Namespaces`] | its own files, processes, loopback network and IPC; certain kill; quotas |
//! | [`Rung::Landlock`] | files, signals and abstract sockets closed; the network is the machine's, and the tracer refuses what leads out of the run |
//! | [`Rung::Off`] | limits only, when the user says so in so many words |
//!
//! Where this machine lets us, the whole tree of a run is also a control group ([`Groups`]), whose limits the kernel keeps.
//!
//! Facts and order of steps were measured on Linux 6.18; see `user_namespaces(7)`, `pid_namespaces(7)`, landlock(7),
//! seccomp(2). This room neither traces nor judges, and knows nothing of courses. The stage's order matters: identity
//! before the gate, the gate before the drop of rights, filters last.

mod best;
mod calls;
mod cgroup;
mod confinement;
mod error;
mod filter;
mod inside;
mod landlock;
mod machine_memory;
mod mounts;
mod plan;
mod probe;
mod program;
mod remedy;
mod show;
mod start;
mod tracing;
mod wire;

pub use best::{best, may_read_other_users, own_identity};
pub use cgroup::{Group, GroupLimits, Groups, OutOfMemory, keep_groups, release_groups};
pub use confinement::Confinement;
pub use error::SandboxError;
pub use filter::{Filter, Instruction};
pub use inside::main as stage_main;
pub use machine_memory::MachineMemory;
pub use plan::{GroupPlan, Identity, Plan, ProcessLimits, Rung, View};
pub use probe::{Probed, Refusal, probe, probe_each};
pub(crate) use program::program;
pub use remedy::{group_remedy, remedies};
pub use start::{Staged, start};
pub use tracing::TracingRules;
