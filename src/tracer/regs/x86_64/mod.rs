//! `x86_64`: registers, the table of its system calls, and how it watches words of memory.

mod access;
mod ordering;
mod table;
mod watchpoints;

pub(in crate::tracer) use access::{LONGEST, Operand, is_call};
pub(in crate::tracer) use ordering::ORDERING;
pub(in crate::tracer) use table::CALLS;
pub(in crate::tracer) use watchpoints::{WATCHPOINTS, break_at, code_before, take_hits, watch_words, written};

use std::io;

use libc::user_regs_struct;

use super::{Registers, int};
use crate::sys::ptrace;

/// The architecture that filters are made for.
pub(in crate::tracer) const FILTER_ARCH: seccompiler::TargetArch = seccompiler::TargetArch::x86_64;

/// The instruction `syscall`.
pub(in crate::tracer) const CALL_INSTRUCTION: &[u8] = &[0x0f, 0x05];

/// The instruction `int3`: the thread stops behind it, by a SIGTRAP.
pub(in crate::tracer) const TRAP: u8 = 0xcc;

/// Whether programs may read their thread pointer without a system call (`FSGSBASE`), by what the kernel tells them of the
/// machine in `AT_HWCAP2`.
pub(in crate::tracer) const fn may_read_thread_pointer(hwcap2: i64) -> bool {
    hwcap2 & 2 != 0
}

/// The registers of an `x86_64` thread.
#[derive(Clone, Copy, Debug)]
pub(in crate::tracer) struct Native(user_regs_struct);

impl Registers for Native {
    fn read(tid: i32) -> io::Result<Self> {
        ptrace::registers(tid).map(Self)
    }

    fn write(&self, tid: i32) -> io::Result<()> {
        ptrace::set_registers(tid, &self.0)
    }

    fn number(&self) -> i64 {
        // The kernel looks at the lower half only, as a filter does: with other bits above it is the same call.
        i64::from(int(self.0.orig_rax))
    }

    fn set_number(&mut self, number: i64) {
        self.0.orig_rax = number.cast_unsigned();
    }

    fn argument(&self, index: usize) -> u64 {
        match index {
            0 => self.0.rdi,
            1 => self.0.rsi,
            2 => self.0.rdx,
            3 => self.0.r10,
            4 => self.0.r8,
            _ => self.0.r9,
        }
    }

    fn set_argument(&mut self, index: usize, value: u64) {
        match index {
            0 => self.0.rdi = value,
            1 => self.0.rsi = value,
            2 => self.0.rdx = value,
            3 => self.0.r10 = value,
            4 => self.0.r8 = value,
            _ => self.0.r9 = value,
        }
    }

    fn result(&self) -> i64 {
        self.0.rax.cast_signed()
    }

    fn set_result(&mut self, value: i64) {
        self.0.rax = value.cast_unsigned();
    }

    fn stack(&self) -> u64 {
        self.0.rsp
    }

    fn thread_pointer(&self) -> u64 {
        self.0.fs_base
    }

    fn make_call(&mut self, instruction: u64, number: i64, arguments: [u64; 6]) {
        for (index, argument) in arguments.into_iter().enumerate() {
            self.set_argument(index, argument);
        }
        self.0.rip = instruction;
        self.0.rax = number.cast_unsigned();
        self.0.orig_rax = u64::MAX;
    }

    fn call_function(&mut self, function: u64, argument: u64) {
        self.0.rsp = self.0.rsp.wrapping_sub(8);
        self.0.rip = function;
        self.0.rdi = argument;
        self.0.orig_rax = u64::MAX;
    }

    fn skip_call(&mut self, result: i64) {
        self.0.rip += CALL_INSTRUCTION.len() as u64;
        self.0.rax = result.cast_unsigned();
        // The call's instruction leaves these two there.
        (self.0.rcx, self.0.r11) = (self.0.rip, self.0.eflags);
    }

    fn is_same_as(&self, other: &Self) -> bool {
        let all = |of: &user_regs_struct| {
            [
                of.rip, of.rsp, of.rax, of.rbx, of.rcx, of.rdx, of.rsi, of.rdi, of.rbp, of.r8, of.r9, of.r10, of.r11,
                of.r12, of.r13, of.r14, of.r15,
            ]
        };
        all(&self.0) == all(&other.0)
    }

    fn instruction(&self) -> u64 {
        self.0.rip
    }

    fn set_instruction(&mut self, at: u64) {
        self.0.rip = at;
    }

    fn passed(&self) -> [u64; 2] {
        [self.0.rdi, self.0.rsi]
    }

    fn passed_in_go(&self) -> [u64; 2] {
        [self.0.rax, self.0.rbx]
    }

    fn goroutine(&self) -> u64 {
        self.0.r14
    }

    fn address(&self, operand: &Operand) -> u64 {
        operand.address(&self.0)
    }

    fn answer_cycle_counter(&mut self, code: [u8; 3], ticks: u64) -> bool {
        let length = match code {
            // rdtsc
            [0x0f, 0x31, _] => 2,
            // rdtscp: tells the processor's number, too.
            [0x0f, 0x01, 0xf9] => {
                self.0.rcx = 0;
                3
            }
            _ => return false,
        };
        self.0.rax = ticks & 0xffff_ffff;
        self.0.rdx = ticks >> 32;
        self.0.rip = self.0.rip.wrapping_add(length);
        true
    }

    fn rewind(&mut self, number: i64) {
        // The instruction `syscall` has two bytes. With no number pending, the kernel restarts nothing by itself.
        self.0.rip = self.0.rip.wrapping_sub(2);
        self.0.rax = number.cast_unsigned();
        self.0.orig_rax = u64::MAX;
    }
}

/// Numbers of system calls that the tracer puts in place of others.
pub(in crate::tracer) mod calls {
    use crate::tracer::calls::{ALWAYS, When, at_least, is, masked};

    const EMPTY_PATH: u64 = 0x1000;
    /// Waits for a signal.
    pub(in crate::tracer) const PAUSE: i64 = 34;
    /// Lets others run.
    pub(in crate::tracer) const SCHED_YIELD: i64 = 24;
    /// Ends the calling thread alone.
    pub(in crate::tracer) const EXIT: i64 = 60;
    /// Makes a file in memory.
    pub(in crate::tracer) const MEMFD_CREATE: i64 = 319;
    /// Opens what is not asked for as a folder: `open`, `openat`.
    pub(in crate::tracer) const OPENS: [(i64, When); 2] =
        [(2, &[&[masked(1, O_DIRECTORY, 0)]]), (257, &[&[masked(2, O_DIRECTORY, 0)]])];
    const O_DIRECTORY: u64 = 0o200_000;
    /// Waits on a word of memory, or wakes who waits on one.
    pub(in crate::tracer) const FUTEX: i64 = 202;
    /// Waits on a word of memory, in its newer form.
    pub(in crate::tracer) const FUTEX_WAIT: i64 = 455;
    /// Calls that wait, or see to the caller's memory, and wake nobody: `poll`, `mmap`, `mprotect`, `munmap`, `select`, `pause`,
    /// `nanosleep`, `wait4`, `clock_nanosleep`, `epoll_wait`, `waitid`, `pselect6`, `ppoll`, `epoll_pwait`, `epoll_pwait2`, `futex_waitv`,
    /// `futex_wait`.
    pub(in crate::tracer) const WAKES_NOBODY: [i64; 17] =
        [7, 9, 10, 11, 23, PAUSE, 35, 61, 230, 232, 247, 270, 271, 281, 441, 449, 455];
    /// Maps memory.
    pub(in crate::tracer) const MMAP: i64 = 9;
    /// Changes what may be done with memory.
    pub(in crate::tracer) const MPROTECT: i64 = 10;
    /// Sends bytes, to a peer whose name a register points at.
    pub(in crate::tracer) const SENDTO: i64 = 44;
    /// `sendmsg`, `sendmmsg`: their peers' names stand in memory.
    pub(in crate::tracer) const MESSAGES: [i64; 2] = [46, 307];
    /// Calls that ask for memory in pieces so large that a limit may refuse one: `mmap`, `mremap`.
    pub(in crate::tracer) const LARGE_MAPS: [(i64, When); 2] =
        [(9, &[&[at_least(1, LARGE)]]), (25, &[&[at_least(2, LARGE)]])];
    const LARGE: u64 = 256 << 20;
    /// Calls that name files: which arguments are paths, and when they are. A file by its descriptor alone has none.
    pub(in crate::tracer) const PATHS: &[(i64, &[usize], When)] = &[
        (2, &[0], ALWAYS),                              // open
        (4, &[0], ALWAYS),                              // stat
        (6, &[0], ALWAYS),                              // lstat
        (21, &[0], ALWAYS),                             // access
        (76, &[0], ALWAYS),                             // truncate
        (82, &[0, 1], ALWAYS),                          // rename
        (83, &[0], ALWAYS),                             // mkdir
        (84, &[0], ALWAYS),                             // rmdir
        (85, &[0], ALWAYS),                             // creat
        (86, &[0, 1], ALWAYS),                          // link
        (87, &[0], ALWAYS),                             // unlink
        (90, &[0], ALWAYS),                             // chmod
        (257, &[1], ALWAYS),                            // openat
        (258, &[1], ALWAYS),                            // mkdirat
        (262, &[1], &[&[masked(3, EMPTY_PATH, 0)]]),    // newfstatat
        (263, &[1], ALWAYS),                            // unlinkat
        (264, &[1, 3], ALWAYS),                         // renameat
        (265, &[1, 3], &[&[masked(4, EMPTY_PATH, 0)]]), // linkat
        (269, &[1], ALWAYS),                            // faccessat
        (316, &[1, 3], ALWAYS),                         // renameat2
        (332, &[1], &[&[masked(2, EMPTY_PATH, 0)]]),    // statx
        (437, &[1], ALWAYS),                            // openat2
        (439, &[1], &[&[masked(3, EMPTY_PATH, 0)]]),    // faccessat2
    ];
    /// Calls that change what Landlock does not look after: `chmod`, `fchmod`, `chown`, `fchown`, `lchown`, `utime`, `utimes`,
    /// `fchownat`, `futimesat`, `fchmodat`, `utimensat`, `fchmodat2`.
    pub(in crate::tracer) const ATTRIBUTES: [i64; 12] = [90, 91, 92, 93, 94, 132, 235, 260, 261, 268, UTIMENSAT, 452];
    /// Looks whether there is what a path names.
    pub(in crate::tracer) const FACCESSAT2: i64 = 439;
    /// Random bytes.
    pub(in crate::tracer) const GETRANDOM: i64 = 318;
    /// `gettimeofday`, `time`, `clock_gettime`.
    pub(in crate::tracer) const CLOCK_READS: &[i64] = &[96, 201, 228];
    /// Sets a file's times.
    pub(in crate::tracer) const UTIMENSAT: i64 = 280;
    /// Installs a filter.
    pub(in crate::tracer) const SECCOMP: i64 = 317;
    /// `seccomp`: installs a filter for all threads of a process.
    pub(in crate::tracer) const MORE_FILTERS: (i64, When) = (SECCOMP, &[&[is(0, 1), is(1, 1)]]);
}
