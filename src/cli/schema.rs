//! `grade schema`: the JSON Schema of a file format, for editors and other programs.

use super::args::{SchemaArg, SchemaArgs};
use super::{Console, Exit, Failure};
use crate::course;
use crate::report::json;

pub(crate) fn run(args: &SchemaArgs, console: &Console) -> Result<Exit, Failure> {
    let text = match args.format {
        SchemaArg::Spec => format!("{:#}\n", course::schema()),
        SchemaArg::Result => json::schema(),
    };
    console.print(&text)?;
    Ok(Exit::Success)
}
