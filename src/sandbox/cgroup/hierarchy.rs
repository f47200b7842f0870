use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Which of the kernel's two interfaces a hierarchy has (cgroups(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    One,
    Two,
}

/// The groups that this process is in, as far as they count memory or processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Own {
    /// Its group in the hierarchy of version 2.
    pub(super) unified: Option<PathBuf>,
    /// Its group in version 1's hierarchy with the memory controller.
    pub(super) memory: Option<PathBuf>,
    /// Its group in version 1's hierarchy that counts processes.
    pub(super) processes: Option<PathBuf>,
}

impl Own {
    pub(super) fn read() -> Self {
        let text = |path| fs::read_to_string(path).unwrap_or_default();
        Self::parse(&text("/proc/self/cgroup"), &text("/proc/self/mountinfo"))
    }

    /// From the texts of `/proc/self/cgroup` and `/proc/self/mountinfo` (proc(5)).
    fn parse(groups: &str, mounts: &str) -> Self {
        let mut own = Self::default();
        for line in groups.lines() {
            let mut parts = line.splitn(3, ':').skip(1);
            let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
            let has = |controller: &str| controllers.split(',').any(|name| name == controller);
            if controllers.is_empty() {
                own.unified = folder(mounts, None, path);
            }
            if has("memory") {
                own.memory = folder(mounts, Some("memory"), path);
            }
            if has("pids") {
                own.processes = folder(mounts, Some("pids"), path);
            }
        }
        own
    }
}

/// Where a group is in the file system; `controller`: of version 1. None where that hierarchy is not mounted, or not as far
/// up as this group is.
fn folder(mounts: &str, controller: Option<&str>, group: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, at) = (place.next()?, place.next()?);
        let mut kind = kind.split(' ');
        let file_system = kind.next()?;
        let options = kind.nth(1)?;
        let fits = match controller {
            None => file_system == "cgroup2",
            Some(name) => file_system == "cgroup" && options.split(',').any(|option| option == name),
        };
        let below = Path::new(group).strip_prefix(root).ok().filter(|_| fits)?;
        let climbs = below.components().any(|part| part == std::path::Component::ParentDir);
        (!climbs).then(|| Path::new(at).join(below))
    })
}

#[cfg(test)]
mod tests {
    use super::Own;
    use std::path::Path;

    fn own(groups: &str, mounts: &str) -> [Option<String>; 3] {
        let own = Own::parse(groups, mounts);
        [own.unified, own.memory, own.processes].map(|path| path.map(|path| path.display().to_string()))
    }

    fn told(unified: Option<&str>, memory: Option<&str>, processes: Option<&str>) -> [Option<String>; 3] {
        [unified, memory, processes].map(|path| path.map(str::to_owned))
    }

    #[test]
    fn a_session_of_systemd_has_one_group() {
        let groups = "0::/user.slice/user-1000.slice/session-3.scope\n";
        let mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
        let at = "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope";
        assert_eq!(own(groups, mounts), told(Some(at), None, None));
    }

    #[test]
    fn of_a_mixed_machine_each_hierarchy_is_found() {
        let groups = "9:pids:/a\n4:cpu,memory:/b/c\n1:name=systemd:/\n0::/\n";
        let mounts = "32 31 0:29 / /g/cpu rw - cgroup cgroup rw,cpu\n\
                      35 31 0:32 / /g/memory rw - cgroup cgroup rw,cpu,memory\n\
                      39 31 0:36 / /g/pids rw shared:3 master:1 - cgroup cgroup rw,pids\n\
                      41 31 0:38 / /g/unified rw - cgroup2 cgroup2 rw\n";
        assert_eq!(own(groups, mounts), told(Some("/g/unified/"), Some("/g/memory/b/c"), Some("/g/pids/a")));
    }

    #[test]
    fn a_container_sees_its_own_group_at_the_top() {
        let mounts = "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        let at = |group: &str| own(&format!("4:memory:{group}\n"), mounts)[1].clone();
        assert_eq!(at("/docker/abc/d").as_deref(), Some("/sys/fs/cgroup/memory/d"));
        assert_eq!(at("/docker/other"), None, "it is not in what is mounted");
        let private = "35 31 0:32 /.. /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n";
        assert_eq!(own("0::/\n", private)[0], None, "another namespace's mount");
        assert_eq!(own("0::/../../beside\n", "35 31 0:32 / /g rw - cgroup2 cgroup2 rw\n")[0], None);
    }

    #[test]
    fn without_control_groups_there_is_none() {
        assert_eq!(own("", ""), told(None, None, None));
        assert_eq!(own("0::/\n", "22 1 8:1 / / rw - ext4 /dev/root rw\n"), told(None, None, None));
        assert_eq!(Path::new("/g").join(""), Path::new("/g/"), "joined with nothing it is the same folder");
    }
}
