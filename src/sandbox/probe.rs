use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use super::{GroupLimits, GroupPlan, Groups, Identity, Plan, ProcessLimits, Rung, SandboxError, View, start};

/// What this machine offers.
#[derive(Clone, Debug)]
pub struct Probed {
    /// Whether a run can have a user id of its own.
    pub own_user: bool,
    /// The best rung that works; [`Rung::Off`] when none does.
    pub best: Rung,
    /// Why better ones do not.
    pub refused: Vec<Refusal>,
    /// Where runs can be control groups, or why they cannot.
    pub groups: Result<Groups, String>,
}

impl Probed {
    /// Why better rungs do not work, in one line.
    pub fn reasons(&self) -> String {
        self.refused.iter().map(|refusal| refusal.reason.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// Why a rung does not work here.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The rung.
    pub rung: Rung,
    /// What failed, in words.
    pub reason: String,
}

/// What the group of the throw-away may use.
const TRIED: GroupLimits = GroupLimits { memory: 256 << 20, processes: 64 };

/// Tries each rung by doing all of it on `/bin/true`, best first. `grade` is this binary's path.
pub fn probe(grade: &Path, identity: Option<Identity>) -> Probed {
    let mut groups = Groups::find();
    let mut refused = Vec::new();
    for rung in [Rung::Namespaces, Rung::Landlock] {
        match try_out_with(rung, grade, identity, &mut groups) {
            Ok(()) => return Probed { own_user: false, best: rung, refused, groups },
            Err(error) => refused.push(Refusal { rung, reason: error.to_string() }),
        }
    }
    Probed { own_user: false, best: Rung::Off, refused, groups }
}

/// Tries every rung, best first, and says why those that do not work do not.
pub fn probe_each(grade: &Path, identity: Option<Identity>) -> Vec<(Rung, Option<Refusal>)> {
    [Rung::Namespaces, Rung::Landlock]
        .map(|rung| {
            let refusal = try_out(rung, grade, identity, None).err();
            (rung, refusal.map(|error| Refusal { rung, reason: error.to_string() }))
        })
        .to_vec()
}

/// Tries a rung in a control group; when it is that which fails, without: a rung is none the worse for it.
fn try_out_with(
    rung: Rung,
    grade: &Path,
    identity: Option<Identity>,
    groups: &mut Result<Groups, String>,
) -> Result<(), SandboxError> {
    let plan = groups.as_ref().ok().map(|groups| GroupPlan { groups: groups.clone(), limits: TRIED });
    match try_out(rung, grade, identity, plan) {
        Err(error @ SandboxError::Group { .. }) => {
            *groups = Err(error.to_string());
            try_out(rung, grade, identity, None)
        }
        result => result,
    }
}

fn try_out(rung: Rung, grade: &Path, identity: Option<Identity>, group: Option<GroupPlan>) -> Result<(), SandboxError> {
    let plan = Plan {
        rung,
        argv: vec!["/bin/true".into()],
        env: Vec::new(),
        cwd: "/".into(),
        view: View::system(),
        limits: ProcessLimits::default(),
        identity,
        tracer_filters: Vec::new(),
        trap_cycle_counter: false,
        fixed_addresses: false,
        outlives: false,
        group,
    };
    let null =
        File::options().read(true).write(true).open("/dev/null").map_err(SandboxError::outside("open /dev/null"))?;
    let staged = start(&plan, grade, [null.as_fd(), null.as_fd(), null.as_fd()])?;
    staged.open_gate()?;
    let status = waitpid(staged.child(), Some(WaitPidFlag::__WALL));
    if let Some(error) = staged.failure("/bin/true") {
        return Err(error);
    }
    match status {
        Ok(WaitStatus::Exited(_, 0)) => Ok(()),
        other => Err(SandboxError::Stage(format!("run /bin/true to its end: {other:?}"))),
    }
}
