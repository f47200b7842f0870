use std::ffi::OsString;
use std::path::PathBuf;

use super::{Filter, GroupPlan, Identity, Plan, ProcessLimits, Rung, View};

/// How a run is contained, before it is known what it runs: with a program it becomes a [`Plan`].
#[derive(Clone, Debug)]
pub struct Confinement {
    /// The rung.
    pub rung: Rung,
    /// Where `grade` is, which is executed again as the stage.
    pub grade: PathBuf,
    /// Which user the program is outside, when we may choose.
    pub identity: Option<Identity>,
    /// What it sees of the file system.
    pub view: View,
    /// Limits of each of its processes.
    pub limits: ProcessLimits,
    /// The folder that its tracer gives it in the place of `/dev/shm`, where it has none of its own. In `view`, too.
    pub shared_memory: Option<PathBuf>,
    /// The working directory, as the program sees it.
    pub cwd: PathBuf,
    /// The control group that the run is to be, where there can be one.
    pub group: Option<GroupPlan>,
}

impl Confinement {
    /// The plan for a program that is traced: its children may outlive it until its tracer ends them.
    pub fn plan(&self, argv: &[OsString], env: &[(OsString, OsString)], tracer_filters: Vec<Filter>) -> Plan {
        Plan {
            rung: self.rung,
            argv: argv.to_vec(),
            env: env.to_vec(),
            cwd: self.cwd.clone(),
            view: self.view.clone(),
            limits: self.limits,
            identity: self.identity,
            tracer_filters,
            trap_cycle_counter: false,
            fixed_addresses: false,
            outlives: true,
            group: self.group.clone(),
        }
    }
}
