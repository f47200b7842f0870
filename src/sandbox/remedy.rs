use std::fs;

use super::{Refusal, Rung};

/// What can be read of the machine that tells why a rung is refused. All of it is text, as the kernel gives it.
#[derive(Clone, Debug, Default)]
struct Settings {
    /// `kernel.unprivileged_userns_clone` (Debian's kernels).
    userns_clone: Option<String>,
    /// `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu from 23.10).
    apparmor_userns: Option<String>,
    /// `user.max_user_namespaces`.
    most_namespaces: Option<String>,
    /// The security modules that run, parted by commas.
    modules: Option<String>,
    /// The kernel's release.
    release: String,
    /// Whether a filter of somebody else's is on us, as in a container.
    filtered: bool,
    /// Whether we are in a container.
    container: bool,
}

impl Settings {
    fn read() -> Self {
        let text = |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
        let status = text("/proc/self/status").unwrap_or_default();
        Self {
            userns_clone: text("/proc/sys/kernel/unprivileged_userns_clone"),
            apparmor_userns: text("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            most_namespaces: text("/proc/sys/user/max_user_namespaces"),
            modules: text("/sys/kernel/security/lsm"),
            release: text("/proc/sys/kernel/osrelease").unwrap_or_default(),
            filtered: status.lines().any(|line| line == "Seccomp:\t2"),
            container: ["/.dockerenv", "/run/.containerenv"].iter().any(|file| fs::exists(file).unwrap_or(false)),
        }
    }

    /// Whether the kernel is at least this one.
    fn is_at_least(&self, wanted: (u32, u32)) -> bool {
        let mut numbers = self.release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= wanted
    }
}

/// How to get the rungs that were refused, each way in a line: told by what was refused, and by what the machine says of itself.
pub fn remedies(refused: &[Refusal]) -> Vec<String> {
    remedies_by(refused, &Settings::read())
}

/// How runs come to be control groups, where they are not.
pub const fn group_remedy(root: bool) -> &'static str {
    if root {
        "for control groups: on a machine with systemd `systemd-run --scope -p Delegate=yes grade …`; in a container the \
         hierarchy must be writable (`--privileged`, or a mount of /sys/fs/cgroup that is)"
    } else {
        "for control groups, on a machine with systemd: `systemd-run --user --scope -p Delegate=yes grade …`"
    }
}

fn remedies_by(refused: &[Refusal], settings: &Settings) -> Vec<String> {
    let mut ways = Vec::new();
    for refusal in refused {
        match refusal.rung {
            Rung::Namespaces => for_namespaces(&refusal.reason, settings, &mut ways),
            Rung::Landlock => for_landlock(&refusal.reason, settings, &mut ways),
            Rung::Off => {}
        }
    }
    ways
}

fn for_namespaces(reason: &str, settings: &Settings, ways: &mut Vec<String>) {
    let before = ways.len();
    let is = |setting: &Option<String>, value: &str| setting.as_deref() == Some(value);
    if is(&settings.userns_clone, "0") {
        ways.push("user namespaces are switched off: `sysctl kernel.unprivileged_userns_clone=1`".to_owned());
    }
    if is(&settings.most_namespaces, "0") {
        ways.push("no user namespace is allowed: `sysctl user.max_user_namespaces=10000`".to_owned());
    }
    if is(&settings.apparmor_userns, "1") {
        ways.push(
            "AppArmor keeps rights from user namespaces: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or a \
             profile with `userns` for grade"
                .to_owned(),
        );
    }
    if reason.contains("/proc") {
        ways.push(
            "the container's /proc is masked, so a fresh one is refused: start it with `--security-opt systempaths=unconfined`"
                .to_owned(),
        );
    } else if (settings.container || settings.filtered) && ways.len() == before {
        ways.push(
            "a container's filter refuses new namespaces: start it with `--security-opt seccomp=unconfined` (or a profile \
             that allows clone and unshare with namespaces) and `--security-opt systempaths=unconfined`"
                .to_owned(),
        );
    }
    if reason.contains("copy the mounts") && !settings.is_at_least((5, 12)) {
        ways.push("mount_setattr(2) needs Linux 5.12".to_owned());
    }
}

fn for_landlock(reason: &str, settings: &Settings, ways: &mut Vec<String>) {
    if !reason.contains("Landlock") {
        return;
    }
    let runs = settings.modules.as_ref().is_none_or(|modules| modules.split(',').any(|module| module == "landlock"));
    if !runs {
        ways.push(
            "Landlock does not run: add `landlock` to the kernel's parameter `lsm=` and start the machine again"
                .to_owned(),
        );
    } else if !settings.is_at_least((6, 12)) {
        ways.push("signals and abstract sockets are closed by Landlock from Linux 6.12 on".to_owned());
    } else if settings.container || settings.filtered {
        ways.push("a container's filter refuses Landlock: its profile must allow the three landlock calls".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rung: Rung, reason: &str, settings: &Settings) -> String {
        remedies_by(&[Refusal { rung, reason: reason.to_owned() }], settings).join("\n")
    }

    #[test]
    fn the_way_out_is_told_by_what_was_refused() {
        let plain = Settings { release: "6.18.1-generic".to_owned(), ..Settings::default() };
        let off = |text: &str| Some(text.to_owned());
        let clone = "failed to clone into new namespaces: Operation not permitted (os error 1)";
        let proc = "the sandbox's stage failed to mount a fresh /proc: EPERM: Operation not permitted";
        let landlock = "the sandbox's stage failed to put Landlock on: not supported";
        let old = Settings { release: "6.1.0".to_owned(), ..Settings::default() };
        for (rung, reason, settings, way) in [
            (
                Rung::Namespaces,
                clone,
                Settings { userns_clone: off("0"), ..plain.clone() },
                "unprivileged_userns_clone=1",
            ),
            (Rung::Namespaces, clone, Settings { most_namespaces: off("0"), ..plain.clone() }, "max_user_namespaces"),
            (Rung::Namespaces, clone, Settings { apparmor_userns: off("1"), ..plain.clone() }, "AppArmor"),
            (Rung::Namespaces, clone, Settings { container: true, ..plain.clone() }, "seccomp=unconfined"),
            (Rung::Namespaces, proc, Settings { container: true, ..plain.clone() }, "systempaths=unconfined"),
            (Rung::Landlock, landlock, Settings { modules: off("capability,yama"), ..plain.clone() }, "lsm="),
            (Rung::Landlock, landlock, old, "6.12"),
        ] {
            assert!(told(rung, reason, &settings).contains(way), "{reason}: {}", told(rung, reason, &settings));
        }
        assert_eq!(told(Rung::Namespaces, clone, &plain), "", "nothing is made up");
    }
}
