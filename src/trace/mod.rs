//! What a run did, as plain data: events, the whole trace, its JSON Lines form, and questions asked of it.
//!
//! A trace is the only thing that checks see. It comes from an engine (or from a file), never from what the submission
//! can write: a line's text is the program's claim, its time, process and thread are the kernel's word. This room
//! neither runs nor judges anything.

mod builder;
mod event;
mod jsonl;
mod normal;
pub mod query;
mod refused;
mod schema;
pub mod snapshot;
mod stuck;
mod whole;

pub use builder::Builder;
pub use event::{Event, EventKind, HttpPhase, Pid, Tid};
pub use jsonl::{TraceReadError, TraceReadProblem, read_jsonl, write_jsonl};
pub use normal::{Chain, Instant, Normal, NormalParseError, neutral_texts};
pub use refused::{Refusable, Refused};
pub use schema::schema;
pub(crate) use stuck::lock_cycles;
pub use stuck::{Stuck, StuckThread, Taken, cycles_in_words};
pub(crate) use whole::is_zero;
pub use whole::{ClockKind, End, Ended, ExitStatus, Header, LimitKind, SCHEMA, Trace};
