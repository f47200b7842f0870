//! Whom a run may turn to that shares the machine's network and its sockets (the Landlock rung).
//!
//! A call that names its peer in memory is never made by the program itself: between our look and the kernel's another
//! thread could put another name there, or another socket at the number. The name is read once; the socket is copied
//! once (`pidfd_getfd(2)`); what is decided on is what is then done, by us. A call that need not name anybody is made by
//! the program with the name in no register.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::socket::{SockType, getsockopt, sockopt};
use nix::sys::stat::Mode;

use super::socket::{Refusal, judge};
use super::{Then, error, message};
use crate::sandbox::Rung;
use crate::sys::descriptor::copy_from;
use crate::sys::peer;
use crate::tracer::memory;
use crate::tracer::regs::{Native, Registers, address, calls, int, word};
use crate::tracer::task::Seen;
use crate::tracer::world::{Caller, World};

/// The kernel's `struct sockaddr_storage`.
const LONGEST_NAME: u64 = 128;

/// Whether a caller's peers are our business.
pub(super) fn concerns(world: &World<'_>, caller: Caller) -> bool {
    world.options.sandbox.as_ref().is_some_and(|sandbox| sandbox.rung == Rung::Landlock)
        && !world.is_fixture(caller.pid)
}

/// A name as the kernel wants it, of somebody to whom the caller may turn.
pub(super) struct Vetted {
    bytes: Vec<u8>,
    /// What a path in it stands for, which must be open meanwhile.
    _file: Option<OwnedFd>,
}

impl Vetted {
    /// The bytes of its `sockaddr`.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a name and decides; the inner error is the program's.
pub(super) fn vet(world: &mut World<'_>, caller: Caller, at: u64, length: u64) -> io::Result<Result<Vetted, i32>> {
    if !(2..=LONGEST_NAME).contains(&length) {
        return Ok(Err(libc::EINVAL));
    }
    let mut bytes = vec![0; address(length)];
    memory::read(caller.tid, at, &mut bytes)?;
    let plain = |bytes| Ok(Ok(Vetted { bytes, _file: None }));
    match i32::from(u16::from_ne_bytes([bytes[0], bytes[1]])) {
        // It ends a connection.
        libc::AF_UNSPEC => plain(bytes),
        libc::AF_INET | libc::AF_INET6 => Ok(match judge(world, &bytes) {
            Ok(()) => Ok(Vetted { bytes, _file: None }),
            Err(Refusal::FarAway) => Err(libc::ENETUNREACH),
            Err(Refusal::Stranger) => Err(libc::ECONNREFUSED),
            Err(Refusal::Nonsense) => Err(libc::EINVAL),
        }),
        // The kernel itself, which asks for the rights of both who opened the socket and who sends.
        libc::AF_NETLINK if bytes.len() >= 12 && bytes[4..12] == [0; 8] => plain(bytes),
        libc::AF_UNIX if bytes.get(2) == Some(&0) => {
            if world.is_name_of_the_tree(&bytes[2..]) {
                plain(bytes)
            } else {
                Ok(Err(libc::ECONNREFUSED))
            }
        }
        libc::AF_UNIX if bytes.len() > 2 => Ok(by_path(world, caller, &bytes[2..])),
        _ => Ok(Err(libc::EPERM)),
    }
}

/// A socket in one of the run's own folders, and of its own user.
fn by_path(world: &World<'_>, caller: Caller, bytes: &[u8]) -> Result<Vetted, i32> {
    use std::os::unix::ffi::OsStrExt;
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let path = Path::new(std::ffi::OsStr::from_bytes(&bytes[..end]));
    let path = PathBuf::from(format!("/proc/{}/cwd", caller.tid)).join(path);
    let file = open(&path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).map_err(|errno| errno as i32)?;
    let by_number = format!("/proc/self/fd/{}", file.as_raw_fd());
    let (Some(sandbox), Ok(real), Ok(data)) =
        (&world.options.sandbox, fs::read_link(&by_number), fs::metadata(&by_number))
    else {
        return Err(libc::EACCES);
    };
    let user = sandbox.identity.map_or_else(|| nix::unistd::geteuid().as_raw(), |identity| identity.uid);
    let folders = sandbox.view.read_write.iter().filter_map(|folder| fs::canonicalize(folder).ok());
    if data.st_uid() != user || !folders.into_iter().any(|folder| real.starts_with(folder)) {
        return Err(libc::EACCES);
    }
    let family = u16::try_from(libc::AF_UNIX).expect("a small number").to_ne_bytes();
    let name = [&family, by_number.as_bytes(), b"\0"].concat();
    Ok(Vetted { bytes: name, _file: Some(file) })
}

/// The caller's socket; an error is the program's.
pub(super) fn socket(caller: Caller, number: i32) -> Result<OwnedFd, i32> {
    copy_from(caller.tid, number).map_err(|error| match error.raw_os_error() {
        Some(libc::EBADF) => libc::EBADF,
        _ => libc::EPERM,
    })
}

/// Whether bytes of a socket form a stream: its calls need no name.
pub(super) fn is_stream(socket: &OwnedFd) -> bool {
    matches!(getsockopt(socket, sockopt::SockType), Ok(SockType::Stream))
}

/// Whether calls on it do not wait.
pub(super) fn is_nonblocking(socket: &OwnedFd) -> bool {
    fcntl(socket, FcntlArg::F_GETFL).is_ok_and(|flags| OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK))
}

/// What a call of ours on the program's behalf came to.
pub(super) fn answer(result: &io::Result<usize>) -> Then {
    match result {
        Ok(count) => Then::Answer(i64::try_from(*count).unwrap_or(i64::MAX)),
        Err(cause) => error(cause.raw_os_error().unwrap_or(libc::EIO)),
    }
}

/// The program sends these bytes itself, to whom its socket is connected.
pub(super) fn send_instead(registers: &mut Native, at: u64, length: u64, flags: i32) -> Then {
    let original = *registers;
    registers.set_number(calls::SENDTO);
    let arguments = [original.argument(0), at, length, word(flags), 0, 0];
    for (index, value) in arguments.into_iter().enumerate() {
        registers.set_argument(index, value);
    }
    Then::Replace(Seen::Instead(Box::new(original)))
}

/// What is done about a call that may name a peer; none for all others.
pub(super) fn turn(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Option<Then>> {
    Ok(Some(match super::name(registers.number()) {
        "connect" => connect(world, caller, registers)?,
        "bind" => return bind(world, caller, registers),
        "listen" => return Ok(listen(world, caller, registers)),
        "sendto" if registers.argument(4) != 0 => message::send_to(world, caller, registers)?,
        "sendmsg" => message::send_message(world, caller, registers)?,
        "sendmmsg" => message::send_messages(world, caller, registers)?,
        _ => return Ok(None),
    }))
}

fn connect(world: &mut World<'_>, caller: Caller, registers: &mut Native) -> io::Result<Then> {
    let socket = match socket(caller, int(registers.argument(0))) {
        Ok(socket) => socket,
        Err(errno) => return Ok(error(errno)),
    };
    let name = match vet(world, caller, registers.argument(1), registers.argument(2) & 0xffff_ffff)? {
        Ok(name) => name,
        Err(errno) => return Ok(error(errno)),
    };
    if is_nonblocking(&socket) {
        return Ok(answer(&peer::connect(socket.as_fd(), name.bytes()).map(|()| 0)));
    }
    // We must not wait: whoever accepts may be one whom we follow.
    let flags = |set: bool| {
        let before = fcntl(&socket, FcntlArg::F_GETFL).map(OFlag::from_bits_retain)?;
        let after = if set { before | OFlag::O_NONBLOCK } else { before - OFlag::O_NONBLOCK };
        fcntl(&socket, FcntlArg::F_SETFL(after))
    };
    flags(true)?;
    let mut result = peer::connect(socket.as_fd(), name.bytes());
    if result.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::EINPROGRESS)) {
        // On this machine's own loopback it has come to its end by now, and the second call tells to which.
        result = peer::connect(socket.as_fd(), name.bytes());
    }
    flags(false)?;
    let waits = result.as_ref().is_err_and(|error| error.raw_os_error() == Some(libc::EALREADY));
    // Nothing is sent before a connection stands: nothing at all waits just for that.
    Ok(if waits { send_instead(registers, 0, 0, libc::MSG_NOSIGNAL) } else { answer(&result.map(|()| 0)) })
}

/// A port of the run's own, which nobody outside the machine reaches. Landlock refuses it to the program itself. What is
/// no internet socket goes its own way: then landlock looks after the folder.
fn bind(world: &mut World<'_>, caller: Caller, registers: &Native) -> io::Result<Option<Then>> {
    let socket = match socket(caller, int(registers.argument(0))) {
        Ok(socket) => socket,
        Err(errno) => return Ok(Some(error(errno))),
    };
    let Some(family) = internet(&socket) else { return Ok(None) };
    let length = registers.argument(2) & 0xffff_ffff;
    if !(16..=LONGEST_NAME).contains(&length) {
        return Ok(Some(error(libc::EINVAL)));
    }
    let mut bytes = vec![0; address(length)];
    memory::read(caller.tid, registers.argument(1), &mut bytes)?;
    let port = u16::from_be_bytes([bytes[2], bytes[3]]);
    Ok(Some(match super::socket::own_address(&mut bytes, family) {
        // We may be root; the program is not.
        Some(()) if (1..1024).contains(&port) => error(libc::EACCES),
        Some(()) => answer(&door(world, &socket, || peer::bind(socket.as_fd(), &bytes))),
        None => error(libc::EADDRNOTAVAIL),
    }))
}

/// Whoever listens without an address gets one; the kernel's would be the whole machine's.
fn listen(world: &mut World<'_>, caller: Caller, registers: &Native) -> Option<Then> {
    let socket = match socket(caller, int(registers.argument(0))) {
        Ok(socket) => socket,
        Err(errno) => return Some(error(errno)),
    };
    let family = internet(&socket)?;
    if super::socket::port(&socket).is_none() {
        let mut bytes = vec![0; 28];
        bytes[..2].copy_from_slice(&family.to_ne_bytes());
        super::socket::own_address(&mut bytes, family)?;
        // What does not work is told by the call itself.
        let _already = peer::bind(socket.as_fd(), &bytes);
    }
    let most = int(registers.argument(1));
    Some(answer(&door(world, &socket, || peer::listen(socket.as_fd(), most))))
}

/// Opens a door of the tree's own.
fn door(world: &mut World<'_>, socket: &OwnedFd, opens: impl FnOnce() -> io::Result<()>) -> io::Result<usize> {
    opens()?;
    world.doors.extend(super::socket::port(socket));
    Ok(0)
}

/// The family of an internet socket.
fn internet(socket: &OwnedFd) -> Option<u16> {
    match peer::family(socket.as_fd()).ok() {
        Some(family @ (libc::AF_INET | libc::AF_INET6)) => u16::try_from(family).ok(),
        _ => None,
    }
}

impl World<'_> {
    /// Whether all sockets of this abstract name (with its first NUL) are the tree's.
    fn is_name_of_the_tree(&self, name: &[u8]) -> bool {
        let Ok(table) = fs::read("/proc/net/unix") else { return false };
        let shown: Vec<u8> = name.iter().map(|byte| if *byte == 0 { b'@' } else { *byte }).collect();
        let lines = table
            .split(|byte| *byte == b'\n')
            .filter(|line| line.strip_suffix(shown.as_slice()).is_some_and(|before| before.ends_with(b" ")));
        let mut inodes =
            lines.map(|line| String::from_utf8_lossy(line).split_ascii_whitespace().nth(6).map(str::to_owned));
        let mut any = false;
        inodes.all(|inode| {
            any = true;
            inode.is_some_and(|inode| super::socket::has_tree(self, &[format!("socket:[{inode}]")].into()))
        }) && any
    }
}
