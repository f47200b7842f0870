//! From a submission's file to something that can be run: a program's arguments and its whole environment.
//!
//! Rust is compiled by calling rustc directly against libraries that cargo built once (`rust`); Python is checked for
//! syntax and run by the interpreter behind whatever shim stands in `PATH` (`python`). A submission is compiled in the
//! sandbox (`contain`): a source can name any file of the machine, and keep a compiler busy for ever. What was built is kept in the
//! cache folder by its content (`cache`, `store`). Every child process is started in one place (`spawn`), which caps
//! what is read from it and ends it when the person asks.
//!
//! A submission that does not compile is an outcome, not an error; a [`BuildError`] is ours or the machine's. This
//! room does not run submissions and does not judge them.

mod builder;
mod cache;
mod contain;
mod environment;
mod error;
mod facts;
mod fingerprint;
mod lock;
mod message;
mod output;
mod probe;
mod python;
mod rust;
mod scratch;
mod spawn;
mod store;
mod tools;

use message::tail;

pub use builder::{BuildOutcome, Builder, BuilderSettings, Program, Submission};
pub use cache::{CacheDir, home_by_the_system};
pub use contain::Containment;
pub use error::BuildError;
pub use facts::{Facts, PythonFacts, RustFacts};
