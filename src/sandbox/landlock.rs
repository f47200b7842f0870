use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope, path_beneath_rules,
};

use super::View;

/// Files that every program may write, whatever the view says.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Files that resolving a name takes, and that tell nothing.
const NAMES: [&str; 3] = ["/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf"];

/// Closes everything that the view does not show, signals to processes outside, and abstract sockets of others.
///
/// All of it or nothing: a kernel without the scopes (before 6.12, ABI 6) is refused, since signals would be open.
/// See landlock(7).
pub(super) fn restrict(view: &View) -> Result<(), String> {
    let all = AccessFs::from_all(ABI::V5);
    let read = AccessFs::from_read(ABI::V5);
    let failed = |cause: landlock::RulesetError| format!("put Landlock on: {cause}");
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all)
        // Of a traced run the tracer opens ports and connects, by its own decision.
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(view.read_only.iter().chain([&"/proc".into()]), read)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&view.read_write, all)))
        .and_then(|ruleset| {
            ruleset.add_rules(path_beneath_rules(NAMES, AccessFs::from_read(ABI::V5) & AccessFs::from_file(ABI::V5)))
        })
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(DEVICES, AccessFs::from_file(ABI::V5))))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(failed)?;
    if status.ruleset == RulesetStatus::FullyEnforced {
        Ok(())
    } else {
        Err(format!("put all of Landlock on: it is {:?}", status.ruleset))
    }
}
