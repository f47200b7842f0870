//! How a program is run and watched: one trait, three engines.
//!
//! `wall` runs it on the machine's clock with pipes; `scripted` replays a recorded trace, so that checks, reports and
//! the pool are tested without running anything; `traced` watches from the kernel in virtual time. An engine says what
//! it can observe; a check that needs more is `unobserved`, never `passed`. An engine does not judge.

mod api;
mod internal;
mod scripted;
mod settings;
mod traced;
mod wall;

pub use crate::tracer::PATIENCE;
pub use api::{Engine, EngineError, Interrupt, Places, RunRequest};
pub use internal::internal_command;
pub use scripted::ScriptedEngine;
pub use settings::EngineSettings;
pub use traced::TracedEngine;
pub use wall::WallEngine;

/// Which build of `grade` this is: a hash of its source. Two processes that name the same one are of one mind.
pub const BUILD: &str = env!("GRADE_BUILD");
