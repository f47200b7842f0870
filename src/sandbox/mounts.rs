use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use nix::fcntl::{OFlag, open};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;
use nix::unistd::{chdir, pivot_root};

use super::inside::step;
use super::{Plan, View};
use crate::sys::rights::become_user;
use crate::sys::tree::{NO_DEVICES, NO_SET_USER_ID, READ_ONLY, attach, clone_tree, set_attributes};

/// The user and group id that a program has inside its namespace.
pub(super) const INSIDE: u32 = 1000;

/// Where the new root is built; everything that stood there is out of sight in this mount namespace only.
const NEW_ROOT: &str = "/tmp";

/// How many instances of inotify(7) a run may have.
const WATCHERS: &str = "8";

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Something of the old root that the new one shows.
struct Source {
    path: PathBuf,
    what: What,
    writable: bool,
}

enum What {
    Folder(OwnedFd),
    File(OwnedFd),
    Link(PathBuf),
}

/// Builds the new root and moves into it. Called by PID 1 of new namespaces, before anything else.
pub(super) fn enter(plan: &Plan) -> Result<(), String> {
    // Sources first: as the old user we may pass folders (a home) that the new one may not.
    let sources = sources(&plan.view)?;
    become_user(INSIDE, INSIDE).map_err(step("become the namespace's user"))?;
    // Each holds 16,384 events of some 300 bytes each, and no limit of ours counts them. Where /proc cannot be written to, a control
    // group may; nothing else depends on it.
    let _ = fs::write("/proc/sys/user/max_inotify_instances", WATCHERS);
    let private = MsFlags::MS_PRIVATE | MsFlags::MS_REC;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>).map_err(step("make the mounts private"))?;
    // Before the new root stands in the way of one of them.
    let trees = sources.iter().map(tree).collect::<Result<Vec<_>, _>>()?;
    fresh(Path::new(NEW_ROOT), 1 << 20, 4096, "755")?;
    // Before what is shown, which may lie in them.
    fresh_folders(plan, &sources)?;
    for (source, tree) in sources.iter().zip(&trees) {
        place(source, tree.as_ref())
            .map_err(|cause| format!("show {} in the new root: {cause}", source.path.display()))?;
    }
    proc()?;
    small_files().map_err(step("write the new root's own files"))?;

    chdir(NEW_ROOT).map_err(step("enter the new root"))?;
    // The old root is stacked on the new one, and taken away from there (pivot_root(2), "pivot_root(".", ".")").
    pivot_root(".", ".").map_err(step("change the root"))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(step("leave the old root"))?;
    let sealed = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(None::<&str>, "/", None::<&str>, sealed, None::<&str>).map_err(step("seal the new root"))?;
    chdir("/").map_err(step("enter the new root"))
}

fn sources(view: &View) -> Result<Vec<Source>, String> {
    let read_only = view.read_only.iter().map(|path| (path, false));
    let devices = DEVICES.map(PathBuf::from);
    let writable = view.read_write.iter().chain(&devices).map(|path| (path, true));
    let mut found = Vec::new();
    for (path, writable) in read_only.chain(writable) {
        let open_path = || open(path, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty());
        let failed = |cause: io::Error| format!("look at {}: {cause}", path.display());
        let what = match fs::symlink_metadata(path) {
            Ok(meta) if meta.is_symlink() => What::Link(fs::read_link(path).map_err(failed)?),
            Ok(meta) if meta.is_dir() => What::Folder(open_path().map_err(|errno| failed(errno.into()))?),
            Ok(_) => What::File(open_path().map_err(|errno| failed(errno.into()))?),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(failed(cause)),
        };
        found.push(Source { path: path.clone(), what, writable });
    }
    // A folder before what lies in it, which would be hidden otherwise.
    found.sort_by(|one, other| one.path.cmp(&other.path));
    // What lies in a folder that is shown alike is there already; or behind a link (`/bin`), where its folder is shown.
    let shown: Vec<(PathBuf, bool)> = found.iter().map(|source| (source.path.clone(), source.writable)).collect();
    let alike = |source: &Source, path: &PathBuf| shown.contains(&(path.clone(), source.writable));
    found.retain(|source| !source.path.ancestors().skip(1).any(|folder| alike(source, &folder.to_owned())));
    found.dedup_by(|one, other| one.path == other.path);
    Ok(found)
}

fn in_new_root(path: &Path) -> PathBuf {
    Path::new(NEW_ROOT).join(path.strip_prefix("/").unwrap_or(path))
}

/// A copy of the mounts of a source, with what may be done there; none for a link.
fn tree(source: &Source) -> Result<Option<OwnedFd>, String> {
    let (What::Folder(descriptor) | What::File(descriptor)) = &source.what else { return Ok(None) };
    let device = source.path.starts_with("/dev");
    let closed = if source.writable { 0 } else { READ_ONLY } | if device { 0 } else { NO_DEVICES };
    let tree = clone_tree(descriptor.as_fd())
        .and_then(|tree| set_attributes(tree.as_fd(), NO_SET_USER_ID | closed).map(|()| tree))
        .map_err(|cause| format!("copy the mounts of {}: {cause}", source.path.display()))?;
    Ok(Some(tree))
}

fn place(source: &Source, tree: Option<&OwnedFd>) -> io::Result<()> {
    let target = in_new_root(&source.path);
    if let Some(parent) = target.parent().filter(|parent| !parent.exists()) {
        fs::create_dir_all(parent)?;
    }
    match &source.what {
        What::Link(_) if target.symlink_metadata().is_ok() => return Ok(()),
        What::Link(to) => return symlink(to, &target),
        What::Folder(_) => {
            if !target.is_dir() {
                fs::create_dir(&target)?;
            }
        }
        What::File(_) => {
            if !target.exists() {
                fs::File::create_new(&target)?;
            }
        }
    }
    tree.map_or(Ok(()), |tree| attach(tree.as_fd(), &CString::new(target.as_os_str().as_bytes())?))
}

fn made(path: &Path) -> Result<PathBuf, String> {
    let folder = in_new_root(path);
    fs::create_dir_all(&folder).map_err(|cause| format!("make {} in the new root: {cause}", path.display()))?;
    Ok(folder)
}

/// Folders that begin empty and go with the run.
fn fresh_folders(plan: &Plan, sources: &[Source]) -> Result<(), String> {
    let View { fresh_bytes, fresh_files, .. } = plan.view;
    for folder in ["/tmp", "/dev/shm"] {
        fresh(&made(Path::new(folder))?, fresh_bytes, fresh_files, "1777")?;
    }
    // The working directory, too, unless it is shown; the root and the two above are there already.
    let there = ["/", "/tmp", "/dev/shm"].iter().any(|folder| plan.cwd == Path::new(folder));
    if !there && !sources.iter().any(|source| plan.cwd.starts_with(&source.path)) {
        fresh(&made(&plan.cwd)?, fresh_bytes, fresh_files, "755")?;
    }
    Ok(())
}

/// Its own `/proc`.
fn proc() -> Result<(), String> {
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), &made(Path::new("/proc"))?, Some("proc"), quiet, None::<&str>)
        .map_err(step("mount a fresh /proc"))
}

fn fresh(folder: &Path, bytes: u64, files: u64, mode: &str) -> Result<(), String> {
    let options = format!("size={bytes},nr_inodes={files},mode={mode}");
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("fresh"), folder, Some("tmpfs"), flags, Some(options.as_str()))
        .map_err(|cause| format!("mount a fresh folder: {cause}"))
}

fn small_files() -> io::Result<()> {
    for (link, to) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
        symlink(to, in_new_root(Path::new("/dev")).join(link))?;
    }
    let etc = in_new_root(Path::new("/etc"));
    fs::create_dir_all(&etc)?;
    let files = [
        ("passwd", format!("student:x:{INSIDE}:{INSIDE}:student:/tmp:/bin/sh\n")),
        ("group", format!("student:x:{INSIDE}:\n")),
        ("hosts", "127.0.0.1 localhost exercise\n::1 localhost exercise\n".to_owned()),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
    ];
    for (name, text) in files {
        fs::write(etc.join(name), text)?;
    }
    Ok(())
}
