//! The validated course: plain data, without spans and without mistakes.

mod check;
mod exercise;
mod operand;
mod spec;

pub use check::{
    Before, Bounds, Check, CheckKind, Count, Cpu, CpuOf, Deadlock, Distinct, Elapsed, ExitCheck, FieldCheck, Gap,
    GapUnit, GroupBy, Needs, Never, Order, Overlap, Parallel, Quantified, Requests, Selector, SnapshotCheck,
    SnapshotMode, Source, SourceRules, Which, Zombies,
};
pub use exercise::{Chapter, Course, Exercise, Language};
pub use operand::{Operand, OperandError, Scope};
pub use spec::{Case, Engines, EventPattern, Limits, Spec, Wrong};
