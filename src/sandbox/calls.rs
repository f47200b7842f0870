//! The system calls that a submission may make: an allow-list, so that what is new in a kernel is closed.

use std::collections::BTreeMap;

use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, Le, MaskedEq, Ne};
use seccompiler::{BackendError, SeccompCondition, SeccompRule};

use super::Rung;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that answer as if the kernel did not have them, so that programs take their older way: `clone3` hides its flags
/// from a filter, `io_uring` does files and sockets without any further call, and the futex calls of Linux 6.7 (`futex_wake`,
/// `futex_wait`, `futex_requeue`; the same numbers on every CPU) have an old twin that the tracer knows. Calls that are newer
/// than this list say the same, as on an older kernel. Memory that no limit of ours counts is not there either. Where others of this
/// machine reach the files of a run, and it theirs, some more are not.
pub(super) fn not_there(rung: Rung) -> Rules {
    let calls = [libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];
    let newer = (450..600).filter(|call| !ALWAYS.contains(call));
    let shared: &[i64] = if rung == Rung::Landlock { SHARED } else { &[] };
    let listed = NO_LIMIT.iter().chain(shared).copied();
    calls.into_iter().chain(listed).chain(newer).map(|call| (call, Vec::new())).collect()
}

/// Extended attributes are not kept: no limit counts them, and Landlock does not look after them. Programs that copy files take that
/// from a file system without them, and nothing else.
pub(super) fn not_kept() -> Rules {
    let calls = [
        libc::SYS_setxattr,
        libc::SYS_lsetxattr,
        libc::SYS_fsetxattr,
        libc::SYS_removexattr,
        libc::SYS_lremovexattr,
        libc::SYS_fremovexattr,
    ];
    calls.map(|call| (call, Vec::new())).into()
}

/// Calls that change modes, owners and times of files, which Landlock does not look after: a tracer decides about each.
pub(super) fn attributes() -> Rules {
    let calls = [
        libc::SYS_chmod,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchmodat2,
        libc::SYS_chown,
        libc::SYS_fchown,
        libc::SYS_lchown,
        libc::SYS_fchownat,
        libc::SYS_utime,
        libc::SYS_utimes,
        libc::SYS_futimesat,
        libc::SYS_utimensat,
    ];
    calls.map(|call| (call, Vec::new())).into()
}

/// One more filter for all threads, as a tracer has a program put on itself; it refuses the program's own calls.
pub(super) fn more_filters() -> Result<Rules, BackendError> {
    let installs = SeccompCondition::new(0, Dword, Eq, libc::SECCOMP_SET_MODE_FILTER.into())?;
    let for_all = SeccompCondition::new(1, Qword, Eq, libc::SECCOMP_FILTER_FLAG_TSYNC)?;
    Ok([(libc::SYS_seccomp, vec![SeccompRule::new(vec![installs, for_all])?])].into())
}

/// Calls that are allowed, some only with certain arguments.
pub(super) fn allowed(rung: Rung) -> Result<Rules, BackendError> {
    let mut rules: Rules = ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
    if rung == Rung::Namespaces {
        // System V and POSIX message IPC outlive a run unless they are in a namespace of their own.
        rules.extend(NAMESPACED.iter().map(|call| (*call, Vec::new())));
        // The kernel keeps 32,000 sets; of as many semaphores each they are 64 gigabytes of its memory.
        let few = SeccompCondition::new(1, Dword, Le, MOST_SEMAPHORES)?;
        rules.insert(libc::SYS_semget, vec![SeccompRule::new(vec![few])?]);
    }
    // Of two errors the one of the filter that was put on last counts: what is not there must not be refused here, too.
    rules.extend(not_there(rung));
    rules.extend(not_kept());
    let rule = |conditions: Vec<SeccompCondition>| SeccompRule::new(conditions);
    let argument = SeccompCondition::new;

    // A child that is not traced, or in a namespace of its own, would leave the trace.
    let leaving = u64::try_from(
        libc::CLONE_UNTRACED
            | libc::CLONE_NEWNS
            | libc::CLONE_NEWCGROUP
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUSER
            | libc::CLONE_NEWPID
            | libc::CLONE_NEWNET,
    )
    .expect("flags are not negative");
    rules.insert(libc::SYS_clone, vec![rule(vec![argument(0, Qword, MaskedEq(leaving), 0)?])?]);

    // Options that cannot blind the tracer: a filter of its own, dumpability, another tracer and the cycle counter can.
    let options = [
        libc::PR_SET_NAME,
        libc::PR_GET_NAME,
        libc::PR_SET_PDEATHSIG,
        libc::PR_GET_PDEATHSIG,
        libc::PR_GET_DUMPABLE,
        libc::PR_SET_NO_NEW_PRIVS,
        libc::PR_GET_NO_NEW_PRIVS,
        libc::PR_SET_CHILD_SUBREAPER,
        libc::PR_GET_CHILD_SUBREAPER,
        libc::PR_SET_TIMERSLACK,
        libc::PR_GET_TIMERSLACK,
        libc::PR_GET_SECCOMP,
        libc::PR_CAPBSET_READ,
        libc::PR_SET_VMA,
        libc::PR_SET_THP_DISABLE,
        libc::PR_GET_THP_DISABLE,
    ];
    let options =
        options.map(|option| argument(0, Dword, Eq, u64::from(option.unsigned_abs())).and_then(|at| rule(vec![at])));
    rules.insert(libc::SYS_prctl, options.into_iter().collect::<Result<_, _>>()?);

    // Only for itself, where others can be seen: under one user the limits and priorities of the tracer could be changed by anyone.
    let only_itself = [
        (libc::SYS_prlimit64, 0),
        (libc::SYS_sched_setaffinity, 0),
        (libc::SYS_sched_setscheduler, 0),
        (libc::SYS_sched_setparam, 0),
        (libc::SYS_sched_setattr, 0),
    ];
    for (call, at) in only_itself {
        let itself = if rung == Rung::Namespaces { vec![] } else { vec![rule(vec![argument(at, Dword, Eq, 0)?])?] };
        rules.insert(call, itself);
    }
    // Of these the first argument says who is meant by 0: this process, or all of its user's (2 and 3 there).
    for (call, process) in [(libc::SYS_setpriority, 0), (libc::SYS_ioprio_set, 1)] {
        let this = || rule(vec![argument(0, Dword, Eq, process)?, argument(1, Dword, Eq, 0)?]);
        rules.insert(call, if rung == Rung::Namespaces { vec![] } else { vec![this()?] });
    }

    // Families whose peers are in the sandbox, too. vsock, packet and kernel crypto sockets are not.
    let is = |at, number: i32| argument(at, Dword, Eq, u64::from(number.unsigned_abs()));
    // Of the kernel's own messages those of interfaces, by which names are resolved: others tell of the machine's sockets,
    // processes and devices.
    let interfaces = vec![is(0, libc::AF_NETLINK)?, is(2, libc::NETLINK_ROUTE)?];
    let mut families = vec![rule(vec![is(0, libc::AF_UNIX)?])?, rule(interfaces)?];
    for family in [libc::AF_INET, libc::AF_INET6] {
        if rung == Rung::Namespaces {
            families.push(rule(vec![is(0, family)?])?);
            continue;
        }
        // Landlock knows no other kind of connection (of MPTCP, which is TCP under another number, nothing).
        for protocol in [0, libc::IPPROTO_TCP, libc::IPPROTO_UDP] {
            families.push(rule(vec![is(0, family)?, is(2, protocol)?])?);
        }
    }
    rules.insert(libc::SYS_socket, families);

    if rung == Rung::Landlock {
        rules.insert(libc::SYS_setsockopt, options_without_routes()?);
    }

    // Typing into a terminal that outlives the run (CVE-2017-5226, and TIOCLINUX on a console).
    let typing = [libc::TIOCSTI, 0x541C];
    let not_typing = typing.map(|request| argument(1, Dword, Ne, request));
    let not_typing: Vec<_> = not_typing.into_iter().collect::<Result<_, _>>()?;
    if rung == Rung::Landlock {
        rules.extend(new_files_without_rights_of_their_owner()?);
        // Landlock asks only about devices. Others change the flags, the keys and the folders of file systems, of files that are
        // open for reading: what is left is for terminals, pipes and sockets, and copies of one file's content into another.
        let of_terminals = [vec![argument(1, Dword, MaskedEq(0xff00), 0x5400)?], not_typing].concat();
        let of_sockets = vec![argument(1, Dword, MaskedEq(0xff00), 0x8900)?];
        let mut requests = vec![rule(of_terminals)?, rule(of_sockets)?];
        for copy in [libc::FICLONE, libc::FICLONERANGE] {
            requests.push(rule(vec![argument(1, Dword, Eq, copy)?])?);
        }
        rules.insert(libc::SYS_ioctl, requests);
    } else {
        rules.insert(libc::SYS_ioctl, vec![rule(not_typing)?]);
    }

    // A lease makes whoever opens the file wait for its holder; a notice tells of what others do in a folder.
    let of_others = [libc::F_SETLEASE, libc::F_NOTIFY];
    let not_of_others = of_others.map(|command| argument(1, Dword, Ne, u64::from(command.unsigned_abs())));
    rules.insert(libc::SYS_fcntl, vec![rule(not_of_others.into_iter().collect::<Result<_, _>>()?)?]);

    let state = OF_THE_PROCESSOR.iter().map(|code| argument(0, Dword, Eq, *code).and_then(|at| rule(vec![at])));
    rules.insert(libc::SYS_arch_prctl, state.collect::<Result<_, _>>()?);

    // Ask for the personality, or set the plain one.
    let personalities = [0, 0xffff_ffff].map(|persona| argument(0, Dword, Eq, persona).and_then(|at| rule(vec![at])));
    rules.insert(libc::SYS_personality, personalities.into_iter().collect::<Result<_, _>>()?);
    Ok(rules)
}

/// Options of sockets but those by which a packet for this machine's loopback goes out to the network first: a route in its header, or
/// an interface. The tracer, which looks where it is for, would not see that.
fn options_without_routes() -> Result<Vec<SeccompRule>, BackendError> {
    let number = |number: i32| u64::from(number.unsigned_abs());
    let routes: [(i32, &[i32]); 3] = [
        (libc::SOL_IP, &[libc::IP_OPTIONS, IP_UNICAST_IF]),
        (libc::SOL_SOCKET, &[libc::SO_BINDTODEVICE, libc::SO_BINDTOIFINDEX]),
        (libc::SOL_IPV6, &[libc::IPV6_RTHDR, IPV6_2292RTHDR, IPV6_2292PKTOPTIONS, IPV6_UNICAST_IF]),
    ];
    let at = |argument, operator, value| SeccompCondition::new(argument, Dword, operator, number(value));
    let elsewhere = routes.iter().map(|(level, _)| at(1, Ne, *level)).collect::<Result<_, _>>()?;
    let mut rules = vec![SeccompRule::new(elsewhere)?];
    for (level, options) in routes {
        let others = options.iter().map(|option| at(2, Ne, *option));
        let conditions = std::iter::once(at(1, Eq, level)).chain(others).collect::<Result<_, _>>()?;
        rules.push(SeccompRule::new(conditions)?);
    }
    Ok(rules)
}

/// `linux/in.h`, `linux/in6.h`.
const IP_UNICAST_IF: i32 = 50;
const IPV6_UNICAST_IF: i32 = 76;
const IPV6_2292RTHDR: i32 = 5;
const IPV6_2292PKTOPTIONS: i32 = 6;

/// Files are made without the two bits by which whoever executes them gets the rights of their owner or group: where a run has
/// no file system of its own, another user of this machine could take those of the grader's so.
fn new_files_without_rights_of_their_owner() -> Result<Rules, BackendError> {
    let argument = SeccompCondition::new;
    let without = |at| argument(at, Dword, MaskedEq(0o6000), 0);
    let mut rules = Rules::new();
    for (call, mode) in [(libc::SYS_creat, 1), (libc::SYS_mknod, 1), (libc::SYS_mknodat, 2)] {
        rules.insert(call, vec![SeccompRule::new(vec![without(mode)?])?]);
    }
    // Without one of these flags no mode is passed, and anything may stand there.
    let makes = u64::from((libc::O_CREAT | libc::O_TMPFILE & !libc::O_DIRECTORY).unsigned_abs());
    for (call, flags) in [(libc::SYS_open, 1), (libc::SYS_openat, 2)] {
        let opens = argument(flags, Dword, MaskedEq(makes), 0)?;
        rules.insert(call, vec![SeccompRule::new(vec![opens])?, SeccompRule::new(vec![without(flags + 1)?])?]);
    }
    Ok(rules)
}

/// Files and segments in memory that belong to no folder and no process, pages that a pipe goes on holding, two megabytes for
/// a byte, and messages of System V, a megabyte for each of 32,000 queues: `RLIMIT_DATA` and quotas do not count them.
const NO_LIMIT: &[i64] =
    &[libc::SYS_memfd_create, libc::SYS_memfd_secret, libc::SYS_shmget, libc::SYS_vmsplice, libc::SYS_msgget];

/// Not there where files and folders are shared with others: `openat2` hides the mode of a new file from a filter, and a watch on a
/// folder tells what others do there, which Landlock does not see to.
const SHARED: &[i64] = &[libc::SYS_openat2, libc::SYS_inotify_init, libc::SYS_inotify_init1];

/// Semaphores of one set of System V.
const MOST_SEMAPHORES: u64 = 64;

/// What of the processor's state a thread may ask for and set (`asm/prctl.h`): the bases of two segments, whether `cpuid` is there,
/// rights to more of its registers, and shadow stacks. Not the kernel's vDSO once more (`ARCH_MAP_VDSO_64`), which tells the
/// machine's time without a call; nor addresses with bits (`ARCH_ENABLE_TAGGED_ADDR`) by which the tracer would find nothing.
const OF_THE_PROCESSOR: [u64; 16] = [
    0x1001, 0x1002, 0x1003, 0x1004, 0x1011, 0x1021, 0x1022, 0x1023, 0x1024, 0x1025, 0x3001, 0x5001, 0x5002, 0x5003,
    0x5004, 0x5005,
];

const NAMESPACED: &[i64] = &[
    libc::SYS_shmat,
    libc::SYS_shmdt,
    libc::SYS_shmctl,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_mq_timedsend,
    libc::SYS_mq_timedreceive,
    libc::SYS_mq_notify,
    libc::SYS_mq_getsetattr,
];

const ALWAYS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_open,
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_close,
    libc::SYS_stat,
    libc::SYS_fstat,
    libc::SYS_lstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_lseek,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_preadv,
    libc::SYS_pwritev,
    libc::SYS_preadv2,
    libc::SYS_pwritev2,
    libc::SYS_access,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_pipe,
    libc::SYS_pipe2,
    libc::SYS_select,
    libc::SYS_pselect6,
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_dup,
    libc::SYS_dup2,
    libc::SYS_dup3,
    libc::SYS_flock,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync_file_range,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_getdents,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_chdir,
    libc::SYS_fchdir,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_rmdir,
    libc::SYS_creat,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_symlink,
    libc::SYS_symlinkat,
    libc::SYS_readlink,
    libc::SYS_readlinkat,
    libc::SYS_chmod,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_chown,
    libc::SYS_fchown,
    libc::SYS_lchown,
    libc::SYS_fchownat,
    libc::SYS_umask,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_utimensat,
    libc::SYS_futimesat,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_fadvise64,
    libc::SYS_fallocate,
    libc::SYS_sendfile,
    libc::SYS_copy_file_range,
    libc::SYS_splice,
    libc::SYS_tee,
    libc::SYS_readahead,
    libc::SYS_close_range,
    libc::SYS_mknod,
    libc::SYS_mknodat,
    libc::SYS_inotify_init,
    libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch,
    libc::SYS_inotify_rm_watch,
    libc::SYS_getxattr,
    libc::SYS_lgetxattr,
    libc::SYS_fgetxattr,
    libc::SYS_listxattr,
    libc::SYS_llistxattr,
    libc::SYS_flistxattr,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_brk,
    libc::SYS_mremap,
    libc::SYS_msync,
    libc::SYS_mincore,
    libc::SYS_madvise,
    libc::SYS_mlock,
    libc::SYS_mlock2,
    libc::SYS_munlock,
    libc::SYS_mlockall,
    libc::SYS_munlockall,
    libc::SYS_membarrier,
    libc::SYS_pkey_alloc,
    libc::SYS_pkey_free,
    libc::SYS_pkey_mprotect,
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getresuid,
    libc::SYS_getresgid,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_getgroups,
    libc::SYS_getpgid,
    libc::SYS_setpgid,
    libc::SYS_getpgrp,
    libc::SYS_getsid,
    libc::SYS_setsid,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_getrlimit,
    libc::SYS_setrlimit,
    libc::SYS_getrusage,
    libc::SYS_times,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_getattr,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_sched_rr_get_interval,
    libc::SYS_getpriority,
    libc::SYS_ioprio_get,
    libc::SYS_getcpu,
    libc::SYS_capget,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getrandom,
    libc::SYS_restart_syscall,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_tgkill,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_rt_sigsuspend,
    libc::SYS_sigaltstack,
    libc::SYS_pause,
    libc::SYS_alarm,
    libc::SYS_getitimer,
    libc::SYS_setitimer,
    libc::SYS_timer_create,
    libc::SYS_timer_settime,
    libc::SYS_timer_gettime,
    libc::SYS_timer_getoverrun,
    libc::SYS_timer_delete,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_time,
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_signalfd,
    libc::SYS_signalfd4,
    libc::SYS_eventfd,
    libc::SYS_eventfd2,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_timerfd_gettime,
    libc::SYS_epoll_create,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_sendto,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_recvmmsg,
    libc::SYS_shutdown,
    libc::SYS_setsockopt,
    libc::SYS_getsockopt,
];
