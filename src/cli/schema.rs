//! `grade schema`: the JSON Schema of a file format, for editors and other programs.

use super::args::{SchemaArg, SchemaArgs};
use super::{Console, Exit, Failure};
use crate::report::json;
use crate::{course, explore, trace};

pub(crate) fn run(args: &SchemaArgs, console: &Console) -> Result<Exit, Failure> {
    let text = match args.format {
        SchemaArg::Spec => pretty(&course::schema()),
        SchemaArg::Result => pretty(&json::schema()),
        SchemaArg::Trace => pretty(&trace::schema()),
        SchemaArg::Explore => pretty(&explore::schema()),
    };
    console.print(&text)?;
    Ok(Exit::Success)
}

fn pretty(schema: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(schema).expect("a schema is JSON") + "\n"
}
