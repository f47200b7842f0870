//! What happens when we have a bug: it is said to be ours, and no student pays for it.

use std::io::Write;
use std::panic::{self, PanicHookInfo};

/// Makes a panic say whose fault it is, in place of Rust's own words.
///
/// With `RUST_BACKTRACE` set Rust's words, which hold the trace, follow.
pub(crate) fn install_hook() {
    let with_trace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let _nobody_to_tell = write!(std::io::stderr(), "{}", describe(panic));
        if with_trace {
            previous(panic);
        }
    }));
}

fn describe(panic: &PanicHookInfo<'_>) -> String {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    format!(
        "error: grade itself has a bug: {message}{place}\n  \
         This is our fault and not yours: it says nothing about your work, and your files are as they were.\n  \
         Run it again with RUST_BACKTRACE=1 and send us what it says.\n"
    )
}
