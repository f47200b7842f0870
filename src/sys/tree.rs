//! Mount trees by descriptor: `open_tree(2)`, `mount_setattr(2)`, `move_mount(2)`, so that no path is walked twice.
#![expect(unsafe_code, reason = "the calls by descriptor have no safe face")]

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

// linux/mount.h; not in libc yet.
const OPEN_TREE_CLONE: u32 = 1;
const MOVE_MOUNT_F_EMPTY_PATH: u32 = 4;
/// Nothing below the mount can be written.
pub const READ_ONLY: u64 = 1;
/// Set-user-id bits below the mount mean nothing.
pub const NO_SET_USER_ID: u64 = 2;
/// Device files below the mount cannot be opened.
pub const NO_DEVICES: u64 = 4;

/// `struct mount_attr` of `mount_setattr(2)`.
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

/// A copy of the mount tree below an open file or folder, bound nowhere yet.
///
/// # Errors
/// When the kernel refuses (no `CAP_SYS_ADMIN` over the mount namespace, or a locked mount).
pub fn clone_tree(source: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let flags = OPEN_TREE_CLONE | (libc::O_CLOEXEC | libc::AT_EMPTY_PATH | libc::AT_RECURSIVE).unsigned_abs();
    // SAFETY: a descriptor, an empty string and flags.
    let tree = unsafe { libc::syscall(libc::SYS_open_tree, source.as_raw_fd(), c"".as_ptr(), flags) };
    if tree == -1 {
        return Err(io::Error::last_os_error());
    }
    let tree = RawFd::try_from(tree).expect("a descriptor fits in an int");
    // SAFETY: the kernel has just made this descriptor, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(tree) })
}

/// Sets attributes of a whole tree: [`READ_ONLY`], [`NO_SET_USER_ID`], [`NO_DEVICES`].
///
/// # Errors
/// When the kernel refuses, or has no `mount_setattr(2)` (before 5.12).
pub fn set_attributes(tree: BorrowedFd<'_>, set: u64) -> io::Result<()> {
    let attributes = Attributes { set, clear: 0, propagation: 0, user_namespace: 0 };
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    // SAFETY: the structure lives through the call and its size is given.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    check(result)
}

/// Mounts a tree over an existing file or folder.
///
/// # Errors
/// When the kernel refuses.
pub fn attach(tree: BorrowedFd<'_>, target: &CStr) -> io::Result<()> {
    // SAFETY: descriptors, strings that live through the call, and a flag.
    let result = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            target.as_ptr(),
            MOVE_MOUNT_F_EMPTY_PATH,
        )
    };
    check(result)
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
