//! `grade doctor`.

use super::{Console, Exit, Failure};

pub(crate) fn run(_: &Console) -> Result<Exit, Failure> {
    Err(Failure::usage("not built yet"))
}
