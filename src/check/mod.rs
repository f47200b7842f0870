//! One file a kind of check. A check sees traces (and, for `source`, the syntax tree), never a running program.

pub mod verdict;
