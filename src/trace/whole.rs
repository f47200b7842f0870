use serde::{Deserialize, Serialize};

use super::{Event, Refused};
use crate::clock::VirtualDuration;

/// The name of the trace format.
pub const SCHEMA: &str = "grade/trace/v1";

/// A whole run: how it was started, what happened, how it ended.
///
/// Its own serde form is one JSON object, for messages between our processes; files hold JSON Lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// How the run was started.
    pub header: Header,
    /// What happened, in order of `seq`; times never go back.
    pub events: Vec<Event>,
    /// How it ended and what it used.
    pub end: End,
}

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Header {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The program and its arguments, as text.
    pub argv: Vec<String>,
    /// Which clock the program saw.
    pub clock: ClockKind,
    /// The seed of the schedule; 0 is the natural one.
    pub schedule: u64,
    /// What the program's calendar said at the start, RFC 3339.
    pub epoch: String,
}

/// Which clock the program saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// The engine's own time, which jumps over sleeps.
    Virtual,
    /// The machine's.
    Wall,
}

/// The last line of a trace: how the run ended and what it used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct End {
    /// The program's own exit; none when we ended it.
    pub exit: Option<ExitStatus>,
    /// Why it ended.
    pub ended: Ended,
    /// Which limit ended it, when one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitKind>,
    /// How much of what that limit counts was used when it ended the run, as far as is known: bytes, nanoseconds, or
    /// threads and processes; see [`LimitKind::amount`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// How much of it the limit allows, where the one who ended the run says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
    /// What the program was refused since it had used all that it may, as far as was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// Virtual nanoseconds from start to end.
    pub elapsed: u64,
    /// Real nanoseconds from start to end.
    pub real: u64,
    /// CPU nanoseconds of the whole tree.
    pub cpu: u64,
    /// How many threads lived in all, every process's first included.
    pub threads: u32,
    /// How many processes lived in all, the program included.
    pub processes: u32,
    /// How often the tracer stopped a thread.
    pub stops: u64,
    /// How often virtual time jumped.
    pub jumps: u64,
    /// For how long, in real nanoseconds, the machine kept the program (or the one who watches it) waiting for a CPU, as
    /// far as is known: a time on the wall clock is not known better than this. Under the virtual clock and a schedule other than
    /// the natural one: for how long, in virtual nanoseconds, the schedule held threads back, and their CPU time, for they run one
    /// at a time. 0 under the natural schedule.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub noise: u64,
    /// System calls and clocks that the run used and the engine does not cover.
    pub unvirtualised: Vec<String>,
}

/// Whether a count is left out of what is written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
pub(crate) const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How the program left: by itself or by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExitStatus {
    /// `exit(code)`.
    Code(i32),
    /// Killed by this signal.
    Signal(i32),
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The program left by itself.
    Exit,
    /// A signal that was not ours killed it.
    Signal,
    /// A deadlock: nothing could ever move again.
    Stuck,
    /// It went on polling without getting anywhere.
    NoProgress,
    /// It used more than a limit allows; see [`End::limit`].
    Limit,
    /// The person who started it asked for the end.
    Interrupted,
}

/// A limit that ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKind {
    /// Virtual time (wall time under the wall engine).
    Time,
    /// Real time, the backstop of the virtual clock.
    RealTime,
    /// CPU time of the tree.
    Cpu,
    /// Memory.
    Memory,
    /// Processes and threads.
    Processes,
    /// Bytes of output.
    Output,
}

impl LimitKind {
    /// An amount of what this limit counts, in words: nanoseconds of a time, bytes of memory and output, or how many threads
    /// and processes.
    pub fn amount(self, used: u64) -> String {
        const KIB: u64 = 1 << 10;
        const MIB: u64 = 1 << 20;
        match self {
            Self::Time | Self::RealTime | Self::Cpu => VirtualDuration::from_nanos(used).to_string(),
            Self::Memory => format!("{} MiB", used.div_ceil(MIB)),
            Self::Output => format!("{} KiB", used.div_ceil(KIB)),
            Self::Processes => used.to_string(),
        }
    }

    /// What a program did that used more than this limit's `most`, in words without the program's name.
    pub fn exceeded(self, most: u64) -> String {
        let most = match self {
            Self::Memory => format!("{} MiB", most >> 20),
            Self::Output => format!("{} KiB", most >> 10),
            _ => self.amount(most),
        };
        match self {
            Self::Time => format!("did not end within its {most}"),
            Self::RealTime => "took too long on this machine (the limit of real time)".to_owned(),
            Self::Cpu => format!("used more than {most} of CPU time"),
            Self::Memory => format!("used more than {most} of memory"),
            Self::Processes => format!("had more than {most} processes and threads at once"),
            Self::Output => format!("printed more than {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LimitKind;

    #[test]
    fn an_amount_over_a_limit_is_never_rounded_down_to_it() {
        for (limit, used, said) in [
            (LimitKind::Memory, (512 << 20) + 1, "513 MiB"),
            (LimitKind::Output, (256 << 10) + 1, "257 KiB"),
            (LimitKind::Processes, 33, "33"),
            (LimitKind::Cpu, 5_012_345_678, "5.012 s"),
        ] {
            assert_eq!(limit.amount(used), said);
        }
    }
}
