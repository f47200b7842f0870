use std::fs;

use crate::sys::cycle_counter;

/// What the machine says of tracing, as far as it can be read without tracing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracingRules {
    /// `kernel.yama.ptrace_scope`; none where Yama does not run.
    pub scope: Option<u8>,
    /// Whether reading the processor's cycle counter can be stopped, so that it tells virtual time.
    pub cycle_counter: bool,
}

impl TracingRules {
    /// Reads them.
    pub fn read() -> Self {
        let scope = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope").ok();
        Self { scope: scope.and_then(|text| text.trim().parse().ok()), cycle_counter: cycle_counter::can_be_trapped() }
    }

    /// The way out, where Yama keeps `grade` from tracing its own children. `root`: whether it may trace anybody by
    /// `CAP_SYS_PTRACE`.
    pub fn remedy(&self, root: bool) -> Option<&'static str> {
        match self.scope {
            Some(3..) => Some(
                "Yama forbids all tracing until the machine starts again (kernel.yama.ptrace_scope is 3): set it to 1 in \
                 /etc/sysctl.d and start the machine again",
            ),
            Some(2) if !root => Some("Yama lets only root trace: `sysctl kernel.yama.ptrace_scope=1`"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TracingRules;

    #[test]
    fn what_yama_forbids_has_a_way_out_and_nothing_else_has_one() {
        let remedy = |scope, root| TracingRules { scope, cycle_counter: true }.remedy(root).unwrap_or_default();
        assert!(remedy(Some(3), true).contains("start the machine again"));
        assert!(remedy(Some(2), false).contains("ptrace_scope=1"));
        for (scope, root) in [(None, false), (Some(0), false), (Some(1), false), (Some(2), true)] {
            assert_eq!(remedy(scope, root), "", "own children can be traced");
        }
    }
}
