use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompRule, TargetArch, sock_filter};
use serde::{Deserialize, Serialize};

use super::calls::{allowed, attributes, more_filters, not_kept, not_there};
use super::program::program;
use super::{Rung, SandboxError};

/// One instruction of a classic BPF program: code, jump if true, jump if false, constant (seccomp(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction(u16, u8, u8, u32);

/// A compiled system call filter that can travel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter(Vec<Instruction>);

impl Filter {
    /// Compiles rules: `matched` for the calls that they name, `otherwise` for all others.
    ///
    /// # Errors
    /// When the library refuses the rules.
    pub fn compile(
        rules: BTreeMap<i64, Vec<SeccompRule>>,
        matched: SeccompAction,
        otherwise: SeccompAction,
    ) -> Result<Self, SandboxError> {
        let refused = |cause: &dyn std::fmt::Display| SandboxError::Filter(cause.to_string());
        let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|cause| refused(&cause))?;
        Ok(program(rules, matched, otherwise, arch).map_err(|cause| refused(&cause))?.into())
    }

    /// Puts the filter on this thread, for ever.
    ///
    /// # Errors
    /// When the kernel refuses it.
    pub fn install(&self) -> Result<(), seccompiler::Error> {
        let program: Vec<_> = self.0.iter().map(|at| sock_filter { code: at.0, jt: at.1, jf: at.2, k: at.3 }).collect();
        seccompiler::apply_filter(&program)
    }
}

impl From<BpfProgram> for Filter {
    fn from(program: BpfProgram) -> Self {
        Self(program.iter().map(|at| Instruction(at.code, at.jt, at.jf, at.k)).collect())
    }
}

/// The sandbox's own filters, in the order in which they are put on. Of all filters the strictest answer counts
/// (seccomp(2): KILL, TRAP, ERRNO, user notification, TRACE, LOG, ALLOW), so a refused call never reaches the tracer.
///
/// What a tracer would have to decide is not done without one (`traced`): of a compile under Landlock modes, owners and times stay as
/// they are, and it hears that all went well, since linkers fail when they cannot make executable what they made. Who takes what was
/// compiled sets its mode.
///
/// # Errors
/// When the library refuses the rules.
pub(super) fn own_filters(rung: Rung, traced: bool) -> Result<Vec<Filter>, SandboxError> {
    if rung == Rung::Off {
        return Ok(Vec::new());
    }
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let mut filters = Vec::new();
    if rung == Rung::Landlock && !traced {
        filters.push(Filter::compile(attributes(), errno(0), SeccompAction::Allow)?);
    }
    let mut allowed = allowed(rung).map_err(|cause| SandboxError::Filter(cause.to_string()))?;
    if traced {
        allowed.extend(more_filters().map_err(|cause| SandboxError::Filter(cause.to_string()))?);
    }
    // The last allows no other after it.
    filters.extend([
        Filter::compile(not_kept(), errno(libc::EOPNOTSUPP), SeccompAction::Allow)?,
        Filter::compile(not_there(rung), errno(libc::ENOSYS), SeccompAction::Allow)?,
        Filter::compile(allowed, SeccompAction::Allow, errno(libc::EPERM))?,
    ]);
    Ok(filters)
}
