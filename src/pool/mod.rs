//! Builds and runs in worker processes, as many at once as there are slots.
//!
//! A worker is this executable again (`worker`): it holds one job at a time, is its run's parent, tracer and killer, and
//! speaks length-delimited JSON with us (`protocol`) through a socket that no submission inherits. It claims a processor
//! for each run (`processors`), to which the run is pinned. The pool's side (`process`, `crew`) sees to it that whatever
//! becomes of a worker there is an answer: one that dies, goes silent, is not done in time or talks nonsense is killed
//! with everything under it (`remains`) and replaced; its job is tried once more on another worker, and then is a
//! [`PoolError::Lost`] that names what happened to both. What waits for slots is a pure `queue`: first come, first
//! served by submission, small work fills the gaps, and nothing starves.
//!
//! When the pool's process dies, by `kill -9` too, its workers notice (a closed socket, `PR_SET_PDEATHSIG`), end their
//! jobs, remove their files and go. Files of workers that were killed, too, go when a pool starts next.
//!
//! Threads that block rather than an async runtime: there is one for each worker that is busy, which costs less than the
//! worker itself, and what takes time (JSON of traces) is done side by side. The pool does not judge.

mod crew;
mod error;
mod face;
mod process;
mod processors;
mod protocol;
mod queue;
mod remains;
mod settings;
mod turn;
mod worker;

pub use error::{Mishap, PoolError};
pub use face::Pool;
pub use settings::{Patience, WorkerCommand};
pub use turn::Turn;
pub use worker::worker_command;
