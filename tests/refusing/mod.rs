//! A filter that refuses what a container may refuse.

use std::collections::BTreeMap;

use seccompiler::SeccompCmpArgLen::Qword;
use seccompiler::SeccompCmpOp::MaskedEq;
use seccompiler::{BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch};

/// What is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// New user namespaces, as Docker's own filter does.
    Namespaces,
    /// And Landlock, as on an old kernel.
    NamespacesAndLandlock,
}

/// Refuses it to this process and all that it will start.
pub(crate) fn refuse(refused: Refused) {
    let user = u64::from(libc::CLONE_NEWUSER.unsigned_abs());
    let with_user = SeccompCondition::new(0, Qword, MaskedEq(user), user).expect("a condition");
    let with_user = SeccompRule::new(vec![with_user]).expect("a rule");
    put(&[(libc::SYS_clone, vec![with_user]), (libc::SYS_unshare, vec![])], libc::EPERM);
    // Its flags lie in memory, so that a filter cannot tell: programs take the older call.
    put(&[(libc::SYS_clone3, vec![])], libc::ENOSYS);
    if refused == Refused::NamespacesAndLandlock {
        put(&[(libc::SYS_landlock_create_ruleset, vec![])], libc::ENOSYS);
    }
}

fn put(calls: &[(i64, Vec<SeccompRule>)], errno: i32) {
    let rules: BTreeMap<_, _> = calls.iter().cloned().collect();
    let arch = TargetArch::try_from(std::env::consts::ARCH).expect("a known CPU");
    let refusal = SeccompAction::Errno(errno.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, arch).expect("a filter");
    seccompiler::apply_filter(&BpfProgram::try_from(filter).expect("a program")).expect("a filter put on");
}
