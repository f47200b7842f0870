//! Giving up rights for good: capabilities, the bounding set, users and groups.
#![expect(unsafe_code, reason = "capset, prctl and the raw set-id calls have no safe face")]

use std::io;

/// Empties the bounding set, so that no program executed later can gain a capability. Without the right to do so there
/// is nothing to lose either: `no_new_privs` holds.
pub fn drop_bounding_set() {
    for capability in 0..64 {
        // SAFETY: prctl with integers only.
        unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
    }
}

/// Drops every capability of this thread: the ambient, permitted, effective and inheritable sets.
///
/// # Errors
/// When the sets cannot be emptied.
pub fn drop_capabilities() -> io::Result<()> {
    // SAFETY: prctl with integers only.
    unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
    let header: [u32; 2] = [0x2008_0522, 0];
    let nothing = [0_u32; 6];
    // SAFETY: a version 3 header and two words of three empty sets, which live through the call.
    check(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), nothing.as_ptr()) })
}

/// Becomes this user and group in every sense; supplementary groups are dropped where that is allowed.
///
/// # Errors
/// When the kernel refuses. In a user namespace, the ids are those of the namespace.
pub fn become_user(uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: an empty list; refused in a user namespace with `setgroups` denied, where there is none to keep.
    unsafe { libc::syscall(libc::SYS_setgroups, 0, std::ptr::null::<libc::gid_t>()) };
    // SAFETY: integers only; the raw call changes this thread, and the stage has no other.
    check(unsafe { libc::syscall(libc::SYS_setresgid, gid, gid, gid) })?;
    // SAFETY: as above.
    check(unsafe { libc::syscall(libc::SYS_setresuid, uid, uid, uid) })
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
