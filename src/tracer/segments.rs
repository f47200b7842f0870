//! What the kernel itself will still do for the tree's TCP connections.
//!
//! All threads sleep, and yet bytes are under way: kept back until an acknowledgement comes (Nagle's algorithm; the other
//! side may delay it by 40 ms), dropped for want of room and to be sent again (200 ms and more), or a connection that
//! nobody has answered yet, or whose last answer was dropped because too many wait to be accepted. The kernel's timers move these, in real time. A jump past them would let a time-out of the
//! program come true that bare never does.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::world::World;
use crate::sys::descriptor::copy_from;
use crate::sys::tcp::{self, Progress};

/// `TCP_ESTABLISHED`, `TCP_SYN_SENT`, `TCP_CLOSE`, `TCP_LISTEN`.
const ESTABLISHED: u8 = 1;
const ASKED: u8 = 2;
const CLOSED: u8 = 7;
const LISTENS: u8 = 10;
/// `TCP_SYN_RECV`, as `/proc/net/tcp` has it.
const SYN_RECEIVED: &str = "03";
/// So long, in real time, the same bytes may be under way: a peer that never reads keeps them for ever.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was last seen of connections that are not done.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Whether the kernel will move something by itself, in real time.
    pub(super) under_way: bool,
    /// Since when it is the same, in real time.
    unchanged: Option<(Instant, u64)>,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
struct End {
    local: SocketAddr,
    peer: SocketAddr,
    progress: Progress,
}

impl World<'_> {
    /// Finds out whether the kernel will move something by itself. Asked while all sleep.
    pub(super) fn look_at_segments(&mut self) {
        self.segments.under_way = self.are_segments_under_way();
    }

    fn are_segments_under_way(&mut self) -> bool {
        let ends = self.connections();
        let others: HashMap<_, _> = ends.iter().map(|end| ((end.peer, end.local), end.progress)).collect();
        let (root, mut known, mut half_open) = (self.root, None, None);
        let mut orphans = || *known.get_or_insert_with(|| has_orphans(root));
        let mut is_half_open = |end: &End| {
            half_open.get_or_insert_with(|| half_open_ports(root)).contains(&(end.peer.port(), end.local.port()))
        };
        let under_way: Vec<&End> =
            ends.iter().filter(|end| is_under_way(end, others.get(&(end.local, end.peer)), &mut orphans)).collect();
        let alone = |end: &&End| end.progress.state == ESTABLISHED && !others.contains_key(&(end.local, end.peer));
        let mut tries_again = |end: &End| end.progress.unanswered > 0 || is_half_open(end);
        if under_way.iter().any(|end| end.progress.state == ASKED) || ends.iter().filter(alone).any(&mut tries_again) {
            // It is tried again until it is given up, and either is told.
            self.segments.unchanged = None;
            return true;
        }
        if under_way.is_empty() {
            self.segments.unchanged = None;
            return false;
        }
        let moved: u64 = ends.iter().map(|end| end.progress.sent.wrapping_add(end.progress.received)).sum();
        match self.segments.unchanged {
            Some((since, before)) if before == moved => since.elapsed() < PATIENCE,
            _ => {
                self.segments.unchanged = Some((Instant::now(), moved));
                true
            }
        }
    }

    /// All TCP connections of the tree. A socket that several processes have counts once.
    fn connections(&self) -> Vec<End> {
        let mut ends = HashMap::new();
        for pid in self.processes.keys() {
            let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
            for entry in descriptors.filter_map(Result::ok) {
                let Ok(link) = fs::read_link(entry.path()) else { continue };
                let link = link.into_os_string();
                if !link.as_encoded_bytes().starts_with(b"socket:") || ends.contains_key(&link) {
                    continue;
                }
                let number = entry.file_name().to_str().and_then(|number| number.parse().ok());
                ends.insert(link, number.and_then(|number| end(*pid, number)));
            }
        }
        ends.into_values().flatten().collect()
    }
}

/// The copy is closed before anything of the program runs again: all of it sleeps.
fn end(pid: i32, number: i32) -> Option<End> {
    let socket = copy_from(pid, number).ok()?;
    let progress = tcp::progress(socket.as_fd()).ok().filter(|progress| !matches!(progress.state, CLOSED | LISTENS))?;
    let stream = TcpStream::from(socket);
    let local = canonical(stream.local_addr().ok()?);
    if progress.state == ASKED {
        return Some(End { local, peer: local, progress });
    }
    Some(End { local, peer: canonical(stream.peer_addr().ok()?), progress })
}

/// An IPv4 address that an IPv6 socket wears is the same address.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Whether something of what one end was given has not come to the other, which could take it. An acknowledgement alone that
/// is missing wakes nobody.
fn is_under_way(end: &End, other: Option<&Progress>, orphans: &mut impl FnMut() -> bool) -> bool {
    let Progress { state, unsent, sent, .. } = end.progress;
    match (state, other) {
        (ASKED, _) => true,
        // With bytes that nobody reads, what is unsent waits for the reader.
        (_, Some(other)) => sent > other.received || (unsent > 0 && other.unread == 0),
        // Either nobody has accepted it yet, or the other end was closed with bytes that have not come.
        (ESTABLISHED, None) => end.peer.ip().is_loopback() && orphans(),
        (_, None) => unsent > 0,
    }
}

/// Whether the machine has connections that were closed and are not done.
fn has_orphans(pid: i32) -> bool {
    let Ok(text) = fs::read_to_string(format!("/proc/{pid}/net/sockstat")) else { return false };
    let mut words = text.lines().find(|line| line.starts_with("TCP:")).unwrap_or_default().split_ascii_whitespace();
    words.find(|word| *word == "orphan").is_some() && words.next().is_some_and(|count| count != "0")
}

/// The ports (here, and of the one who asks) of connections that one side believes to stand, and the other does not: their last
/// packet was dropped, and the kernel asks for it again.
fn half_open_ports(pid: i32) -> HashSet<(u16, u16)> {
    let tables =
        ["tcp", "tcp6"].into_iter().filter_map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")).ok());
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    let half_open = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, peer, state) = (fields.next()?, fields.next()?, fields.next()?);
        (state == SYN_RECEIVED).then_some((port(local)?, port(peer)?))
    };
    tables.flat_map(|text| text.lines().filter_map(half_open).collect::<Vec<_>>()).collect()
}
