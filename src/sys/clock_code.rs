//! Code that a traced program runs in place of the kernel's vDSO: it reads the clock by a grant of the tracer while one
//! lasts, and by the system call otherwise.
//!
//! It is not called here. Its bytes are copied into programs, to a distance of [`PAGE_DISTANCE`] before a page of words
//! that the tracer and the code share ([`word`]). So it must not depend on where it stands, and it has no data of its own.
//!
//! A grant says: at CPU time `CPU`, thread `OWNER` was at the moment `BASE`. As long as that thread does not sleep, its
//! moment is `BASE` and the CPU time that it has used since. Whether it has slept is told by its count of voluntary
//! switches, which the code notes when the call that brought the grant has returned. The last moment that was handed out is
//! kept in `LAST` (and where CPU time must not tell, for it does not repeat, each reading moves it by `STEADY`), and the next is at least [`LEAST_STEP`] later. `GENERATION` is looked at before and after: a grant that was taken
//! back in between, wherever the thread stood, hands nothing out any more.

#![cfg(target_arch = "x86_64")]
#![expect(unsafe_code, reason = "the bounds of assembly code are known to the linker only")]

use std::slice;

/// Where the shared words begin, counted from the code's first byte.
pub const PAGE_DISTANCE: usize = 0xc00;
/// Two readings by a grant differ by this many nanoseconds at least: less than a reading costs.
pub const LEAST_STEP: u64 = 100;

/// The shared words of 64 bits, by their offsets.
pub mod word {
    /// The grant's number; 0 while there is none.
    pub const GENERATION: usize = 0;
    /// The thread pointer of the thread that may use it.
    pub const OWNER: usize = 8;
    /// The moment at which its CPU time was `CPU`.
    pub const BASE: usize = 16;
    /// See `BASE`; in nanoseconds.
    pub const CPU: usize = 24;
    /// The last moment that was handed out.
    pub const LAST: usize = 32;
    /// The last moment that may be handed out.
    pub const LIMIT: usize = 40;
    /// How often the thread had gone to sleep when the grant began; all ones before the code has noted it.
    pub const SWITCHES: usize = 48;
    /// By how much each reading moves time; 0 where the thread's CPU time tells.
    pub const STEADY: usize = 56;
    /// What the monotonic clocks say at moment 0.
    pub const MONOTONIC_ZERO: usize = 64;
    /// What the calendar says at moment 0.
    pub const CALENDAR_ZERO: usize = 72;
}

/// Clocks that count from the machine's start, as bits.
const MONOTONIC: u32 = 1 << libc::CLOCK_MONOTONIC
    | 1 << libc::CLOCK_MONOTONIC_RAW
    | 1 << libc::CLOCK_MONOTONIC_COARSE
    | 1 << libc::CLOCK_BOOTTIME
    | 1 << libc::CLOCK_BOOTTIME_ALARM;
/// Clocks that tell the calendar's time.
const CALENDAR: u32 = 1 << libc::CLOCK_REALTIME
    | 1 << libc::CLOCK_REALTIME_COARSE
    | 1 << libc::CLOCK_REALTIME_ALARM
    | 1 << libc::CLOCK_TAI;

std::arch::global_asm!(
    ".pushsection .rodata.grade_clock, \"a\", @progbits",
    ".balign 16",
    ".globl grade_clock_begin",
    ".hidden grade_clock_begin",
    "grade_clock_begin:",
    // int clock_gettime(edi: clock, rsi: timespec)
    "cmp edi, 11",
    "ja 5f",
    "mov edx, {monotonic_zero}",
    "mov eax, {monotonic}",
    "bt eax, edi",
    "jc 2f",
    "mov edx, {calendar_zero}",
    "mov eax, {calendar}",
    "bt eax, edi",
    "jnc 5f",
    "2:",
    "push rdi",
    "push rsi",
    "push rdx",
    "call grade_clock_moment",
    "pop rdx",
    "pop rsi",
    "pop rdi",
    "jc 5f",
    "lea r8, [rip + grade_clock_begin + {page}]",
    "add rax, [r8 + rdx]",
    "xor edx, edx",
    "mov ecx, 1000000000",
    "div rcx",
    "mov [rsi], rax",
    "mov [rsi + 8], rdx",
    "xor eax, eax",
    "ret",
    "5:",
    "mov eax, {clock_gettime}",
    "jmp grade_clock_call",
    // int gettimeofday(rdi: timeval or null, rsi: timezone or null)
    ".balign 16",
    ".globl grade_clock_gettimeofday",
    ".hidden grade_clock_gettimeofday",
    "grade_clock_gettimeofday:",
    "test rdi, rdi",
    "jz 5f",
    "push rdi",
    "push rsi",
    "call grade_clock_moment",
    "pop rsi",
    "pop rdi",
    "jc 5f",
    "lea r8, [rip + grade_clock_begin + {page}]",
    "add rax, [r8 + {calendar_zero}]",
    "xor edx, edx",
    "mov ecx, 1000000000",
    "div rcx",
    "mov [rdi], rax",
    "mov eax, edx",
    "xor edx, edx",
    "mov ecx, 1000",
    "div ecx",
    "mov [rdi + 8], rax",
    "xor eax, eax",
    "test rsi, rsi",
    "jz 2f",
    // Linux keeps the time zone at zero.
    "mov [rsi], rax",
    "2:",
    "ret",
    "5:",
    "mov eax, {gettimeofday}",
    "jmp grade_clock_call",
    // time_t time(rdi: time_t or null)
    ".balign 16",
    ".globl grade_clock_time",
    ".hidden grade_clock_time",
    "grade_clock_time:",
    "push rdi",
    "call grade_clock_moment",
    "pop rdi",
    "jc 5f",
    "lea r8, [rip + grade_clock_begin + {page}]",
    "add rax, [r8 + {calendar_zero}]",
    "xor edx, edx",
    "mov ecx, 1000000000",
    "div rcx",
    "test rdi, rdi",
    "jz 2f",
    "mov [rdi], rax",
    "2:",
    "ret",
    "5:",
    "mov eax, {time}",
    // Makes system call eax. When it brought a grant to this thread, notes how often the thread has slept.
    "grade_clock_call:",
    "syscall",
    "lea r8, [rip + grade_clock_begin + {page}]",
    "cmp qword ptr [r8 + {switches}], -1",
    "jne 2f",
    "rdfsbase rdx",
    "cmp rdx, [r8 + {owner}]",
    "jne 2f",
    "mov r9, rax",
    "sub rsp, 160",
    "mov eax, {getrusage}",
    "mov edi, {rusage_thread}",
    "mov rsi, rsp",
    "syscall",
    "mov rcx, [rsp + {voluntary}]",
    "add rsp, 160",
    // Only once: a thread that comes late with an old count of its own must not overwrite another's.
    "mov rax, -1",
    "lock cmpxchg [r8 + {switches}], rcx",
    "mov rax, r9",
    "2:",
    "ret",
    // The present moment in rax, with the carry flag clear; set when no grant holds.
    "grade_clock_moment:",
    "sub rsp, 160",
    "lea r8, [rip + grade_clock_begin + {page}]",
    "mov r9, [r8 + {generation}]",
    "test r9, r9",
    "jz 5f",
    "rdfsbase rax",
    "cmp rax, [r8 + {owner}]",
    "jne 5f",
    "mov rdx, [r8 + {last}]",
    "mov rax, [r8 + {steady}]",
    "test rax, rax",
    "lea rax, [rdx + rax]",
    "jnz 3f",
    "mov eax, {getrusage}",
    "mov edi, {rusage_thread}",
    "mov rsi, rsp",
    "syscall",
    "test eax, eax",
    "jnz 5f",
    "mov rax, [rsp + {voluntary}]",
    "cmp rax, [r8 + {switches}]",
    "jne 5f",
    "mov eax, {clock_gettime}",
    "mov edi, {cpu_clock}",
    "mov rsi, rsp",
    "syscall",
    "test eax, eax",
    "jnz 5f",
    "imul rax, [rsp], 1000000000",
    "add rax, [rsp + 8]",
    "xor edx, edx",
    "sub rax, [r8 + {cpu}]",
    "cmovb rax, rdx",
    "add rax, [r8 + {base}]",
    "mov rdx, [r8 + {last}]",
    "lea rcx, [rdx + {step}]",
    "cmp rax, rcx",
    "cmovb rax, rcx",
    "3:",
    "cmp rax, [r8 + {limit}]",
    "ja 5f",
    "mov rcx, rax",
    "mov rax, rdx",
    "lock cmpxchg [r8 + {last}], rcx",
    "jne 5f",
    "cmp r9, [r8 + {generation}]",
    "jne 5f",
    "mov rax, rcx",
    "add rsp, 160",
    "clc",
    "ret",
    "5:",
    "add rsp, 160",
    "stc",
    "ret",
    ".globl grade_clock_end",
    ".hidden grade_clock_end",
    "grade_clock_end:",
    ".popsection",
    page = const PAGE_DISTANCE,
    step = const LEAST_STEP,
    monotonic = const MONOTONIC,
    calendar = const CALENDAR,
    generation = const word::GENERATION,
    owner = const word::OWNER,
    base = const word::BASE,
    cpu = const word::CPU,
    last = const word::LAST,
    limit = const word::LIMIT,
    switches = const word::SWITCHES,
    steady = const word::STEADY,
    monotonic_zero = const word::MONOTONIC_ZERO,
    calendar_zero = const word::CALENDAR_ZERO,
    clock_gettime = const libc::SYS_clock_gettime,
    gettimeofday = const libc::SYS_gettimeofday,
    time = const libc::SYS_time,
    getrusage = const libc::SYS_getrusage,
    rusage_thread = const libc::RUSAGE_THREAD,
    cpu_clock = const libc::CLOCK_THREAD_CPUTIME_ID,
    voluntary = const std::mem::offset_of!(libc::rusage, ru_nvcsw),
);

unsafe extern "C" {
    static grade_clock_begin: u8;
    static grade_clock_gettimeofday: u8;
    static grade_clock_time: u8;
    static grade_clock_end: u8;
}

/// The code's bytes.
pub fn bytes() -> &'static [u8] {
    let begin = &raw const grade_clock_begin;
    let length = (&raw const grade_clock_end).addr() - begin.addr();
    // SAFETY: the assembly above defines both labels in one read-only section, the end behind the beginning.
    unsafe { slice::from_raw_parts(begin, length) }
}

/// The functions in it, by the names under which C libraries look for them in a vDSO, and where they begin.
pub fn functions() -> [(&'static str, usize); 3] {
    let at = |label: *const u8| label.addr() - (&raw const grade_clock_begin).addr();
    [
        ("__vdso_clock_gettime", 0),
        ("__vdso_gettimeofday", at(&raw const grade_clock_gettimeofday)),
        ("__vdso_time", at(&raw const grade_clock_time)),
    ]
}
