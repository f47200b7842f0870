use std::collections::BTreeMap;

use regex::Regex;

use super::Moment;
use crate::trace::{Event, EventKind, Pid, Tid, Trace};

/// A line of output that is an event, with the event's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'t> {
    /// When it was written.
    pub at: Moment,
    /// The process that wrote it; 0 where the engine cannot tell.
    pub pid: Pid,
    /// The thread that wrote it; 0 where the engine cannot tell.
    pub tid: Tid,
    /// The whole line.
    pub text: &'t str,
    /// The values of the expression's named groups; a group that took no part is not here.
    pub fields: BTreeMap<String, &'t str>,
}

/// Every line of output, of both streams, in order.
pub fn lines(trace: &Trace) -> impl Iterator<Item = (&Event, &str)> {
    trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { text, .. } => Some((event, text.as_str())),
        _ => None,
    })
}

/// The lines that `regex` finds something in, in order.
pub fn matches<'t>(trace: &'t Trace, regex: &Regex) -> Vec<Match<'t>> {
    lines(trace)
        .filter_map(|(event, text)| {
            let captures = regex.captures(text)?;
            let fields = regex
                .capture_names()
                .flatten()
                .filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str())))
                .collect();
            Some(Match { at: Moment::of(event), pid: event.pid, tid: event.tid, text, fields })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::matches;
    use crate::trace::Builder;

    #[test]
    fn lines_of_both_streams_are_matched_and_fields_are_read() {
        let trace = Builder::new().at(5).line("got 1 of a").error("got 2 of b").line("else").build();
        let found = matches(&trace, &Regex::new(r"^got (?<n>\d+)(?: of (?<who>\w))?(?<tail>x)?$").unwrap());
        let values: Vec<_> = found.iter().map(|line| (line.fields["n"], line.fields["who"])).collect();
        assert_eq!(values, [("1", "a"), ("2", "b")]);
        assert!(!found[0].fields.contains_key("tail"), "a group that took no part has no value");
    }
}
