//! The README shows what really happens.
