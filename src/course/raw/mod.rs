//! What the TOML says, every value with its span, read against the table of keys.
//!
//! Built on toml's spanned tree rather than on serde, because serde stops at the first mistake and an author wants all
//! of them. Here are found: TOML that cannot be read, unknown and missing keys, values of a wrong type. What the values
//! mean together is the business of `validate`.

mod document;
mod literal;
mod section;
mod syntax;
mod value;

pub(super) use document::Document;
pub(super) use literal::within;
pub(super) use section::Section;
pub(super) use value::{Value, excerpt};
