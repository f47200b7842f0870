/// What the tracer does about a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum Treatment {
    /// Runs at full speed, unseen.
    Ignored,
    /// Stops on entry; runs as it is.
    Observed(Call, When),
    /// Stops on entry; answered, or changed so that the virtual clock decides.
    Virtualised(Call, When),
    /// Fails with this error, without a stop.
    Refused(i32, When),
}

/// The system calls that the tracer knows, by what they mean (not by number: that is the CPU's business).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tracer) enum Call {
    ClockGettime,
    Gettimeofday,
    Time,
    Times,
    Sysinfo,
    /// `getppid`.
    Getppid,
    ClockSettime,
    Settimeofday,
    Adjtimex,
    /// Sets a file's times.
    FileTimes,
    /// Opens a file that may be new, or emptied.
    Opened,
    /// Changes the size of an open file.
    Resized,
    /// Makes a name, moves it or takes it away; or changes the size of a file by its name.
    Names,
    /// Unmounts a file system.
    Unmount,
    /// Watches a file or folder.
    Watch,
    Nanosleep,
    ClockNanosleep,
    Futex,
    FutexWaitv,
    FutexWait,
    Poll,
    Ppoll,
    Select,
    Pselect,
    EpollWait,
    EpollPwait2,
    Sigtimedwait,
    /// `signalfd`.
    Signalfd,
    Semtimedop,
    MqTimedsend,
    MqTimedreceive,
    Recvmmsg,
    IoGetevents,
    Setitimer,
    Getitimer,
    Alarm,
    TimerCreate,
    TimerSettime,
    TimerGettime,
    TimerGetoverrun,
    TimerDelete,
    TimerfdSettime,
    TimerfdGettime,
    Setsockopt,
    Getsockopt,
    Socket,
    Connect,
    Bind,
    Listen,
    Sendto,
    Write,
    Writev,
    Pwrite,
    Pwritev,
    Transfer,
    /// Opens a pseudo-terminal for use.
    Terminal,
    Kill,
    SchedGetaffinity,
    SchedSetaffinity,
}

/// When a call stops: any of these lists of conditions holds; always, when there is none.
pub(in crate::tracer) type When = &'static [&'static [Condition]];

/// A condition on one argument, as a filter can test it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) struct Condition {
    /// Which argument.
    pub argument: u8,
    /// Whether all its 64 bits count, or the low 32.
    pub wide: bool,
    /// What it must be.
    pub test: Test,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tracer) enum Test {
    /// This value.
    Is(u64),
    /// Any other value.
    IsNot(u64),
    /// This value in these bits (mask, value).
    Masked(u64, u64),
    /// This value or more.
    AtLeast(u64),
}

/// Always.
pub(in crate::tracer) const ALWAYS: When = &[];

/// Argument `argument` is a pointer that is not null.
pub(in crate::tracer) const fn given(argument: u8) -> Condition {
    Condition { argument, wide: true, test: Test::IsNot(0) }
}

/// Argument `argument`, an `int`, is `value`.
pub(in crate::tracer) const fn is(argument: u8, value: u64) -> Condition {
    Condition { argument, wide: false, test: Test::Is(value) }
}

/// Argument `argument`, an `int`, is anything but `value`.
pub(in crate::tracer) const fn is_not(argument: u8, value: u64) -> Condition {
    Condition { argument, wide: false, test: Test::IsNot(value) }
}

/// Argument `argument`, an `int`, has `value` in the bits of `mask`.
pub(in crate::tracer) const fn masked(argument: u8, mask: u64, value: u64) -> Condition {
    Condition { argument, wide: false, test: Test::Masked(mask, value) }
}

/// Argument `argument` is `value` or more.
pub(in crate::tracer) const fn at_least(argument: u8, value: u64) -> Condition {
    Condition { argument, wide: true, test: Test::AtLeast(value) }
}
