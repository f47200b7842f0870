//! What a thread waits on, from the system call that it is blocked in.

use super::calls;
use super::procfs;
use super::regs::int;
use super::streams::Streams;
use super::task::{Pending, Task};

/// In words: `futex 0x7f…`, `pipe 5 (read)`, `child 1234`.
pub(super) fn waits_on(task: &Task) -> String {
    if let Some(child) = task.vfork {
        return format!("vfork child {child}");
    }
    if task.in_group_stop {
        return "SIGCONT (stopped by job control)".to_owned();
    }
    if let Some(Pending::Wait(_)) = &task.pending {
        return "a time-out".to_owned();
    }
    let Some((number, arguments)) = task.procfs.blocked_in() else { return "nothing that can be told".to_owned() };
    let name = calls::name(number);
    let file = |verb: &str| {
        let number = int(arguments[0]);
        format!("{} {number} ({verb})", kind_of(task.pid, number))
    };
    match name {
        "futex" | "futex_wait" => format!("futex {:#x}", arguments[0]),
        "futex_waitv" => "several futexes".to_owned(),
        "wait4" | "waitid" => child(name, &arguments),
        "read" | "readv" | "recvfrom" | "recvmsg" | "recvmmsg" | "accept" | "accept4" | "pread64" => file("read"),
        "write" | "writev" | "sendto" | "sendmsg" | "sendmmsg" | "splice" | "sendfile" => file("write"),
        "connect" => file("connect"),
        "flock" | "fcntl" => file("lock"),
        "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => format!("epoll {}", int(arguments[0])),
        "poll" | "ppoll" => polled(task, &arguments),
        "select" | "pselect6" => "select".to_owned(),
        "pause" | "rt_sigsuspend" | "rt_sigtimedwait" => "a signal".to_owned(),
        "msgrcv" => format!("message queue {}", int(arguments[0])),
        "semop" | "semtimedop" => format!("semaphore set {}", int(arguments[0])),
        other => other.to_owned(),
    }
}

fn child(name: &str, arguments: &[u64; 6]) -> String {
    // waitid(P_PID, …) names the child in its second argument.
    let who = match (name, int(arguments[0])) {
        ("waitid", 1) => int(arguments[1]),
        ("waitid", _) => -1,
        (_, who) => who,
    };
    if who > 0 { format!("child {who}") } else { "any child".to_owned() }
}

fn polled(task: &Task, arguments: &[u64; 6]) -> String {
    let count = usize::try_from(arguments[1]).unwrap_or(0).min(8);
    let Ok(bytes) = super::memory::read_some(task.tid, arguments[0], count * 8) else { return "poll".to_owned() };
    let files: Vec<String> = bytes
        .chunks_exact(8)
        .map(|entry| i32::from_ne_bytes([entry[0], entry[1], entry[2], entry[3]]))
        .filter(|number| *number >= 0)
        .map(|number| format!("{} {number}", kind_of(task.pid, number)))
        .collect();
    if files.is_empty() { "poll".to_owned() } else { format!("{} (poll)", files.join(", ")) }
}

/// `pipe`, `socket`, `eventfd`, `file /path` …
fn kind_of(pid: i32, number: i32) -> String {
    let Some(link) = procfs::descriptor(pid, number) else { return "descriptor".to_owned() };
    if let Some(name) = link.strip_prefix("anon_inode:") {
        return name.trim_matches(['[', ']']).to_owned();
    }
    match link.split_once(":[") {
        Some((kind, _)) => kind.to_owned(),
        None => format!("file {link} as"),
    }
}

/// Whether what a thread is blocked in can be ended by someone outside the tree.
pub(super) fn waits_for_outside(pid: i32, number: i64, arguments: &[u64; 6], streams: &Streams, listens: bool) -> bool {
    match calls::name(number) {
        // The kernel tries a connection again by its own timers.
        "connect" => true,
        "read" | "readv" => streams.has_outside_input() && streams.is_input(pid, int(arguments[0])),
        "poll" | "ppoll" | "select" | "pselect6" | "epoll_wait" | "epoll_pwait" | "epoll_pwait2" => {
            listens || streams.has_outside_input()
        }
        "accept" | "accept4" => listens,
        _ => false,
    }
}
