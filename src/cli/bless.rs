//! `grade bless`.

use super::args::AuthorArgs;
use super::{Console, Exit, Failure};

pub(crate) fn run(_: &AuthorArgs, _: &Console) -> Result<Exit, Failure> {
    Err(Failure::usage("not built yet"))
}
