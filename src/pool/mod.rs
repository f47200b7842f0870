//! Worker processes: queue, protocol, death and replacement.
