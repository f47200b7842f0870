use super::tables::{
    BEFORE, COUNT_SHAPE, CPU, DISTINCT, ELAPSED, EXIT, FIELD, GAP, NEVER, ORDER, OVERLAP, PARALLEL, PROCESSES,
    REQUESTS, SNAPSHOT, SOURCE, THREADS,
};
use super::{Key, Type};

/// The kinds of a check, in the order in which they are explained.
pub(in crate::course) const KINDS: &[Key] = &[
    Key::optional(
        "exit",
        Type::Either(&[Type::Integer(0, 255), Type::Table(&EXIT)]),
        "0",
        "How the program leaves: its exit code, or the signal that ends it.",
    ),
    Key::optional(
        "count",
        Type::Table(&COUNT_SHAPE),
        "{ event = \"received\", equals = \"$#\" }",
        "How many lines are an event.",
    ),
    Key::optional(
        "order",
        Type::Table(&ORDER),
        "{ events = [\"started\", \"read\"], by = \"thread\" }",
        "In which order events come (`events`), or what values a field has, line after line (`event`, `field`, `values`).",
    ),
    Key::optional(
        "before",
        Type::Table(&BEFORE),
        "{ first = \"main-line\", then = \"printing\" }",
        "Every line of one event comes before every line of another.",
    ),
    Key::optional(
        "elapsed",
        Type::Table(&ELAPSED),
        "{ at_least = \"2s\", at_most = \"2.2s\" }",
        "How long the run takes, in virtual time, to its end or until an event's last line.",
    ),
    Key::optional(
        "gap",
        Type::Table(&GAP),
        "{ from = \"received\", to = \"printing\", by = \"thread\", equals = \"2s\" }",
        "The time between two events, constant or as long as a field says.",
    ),
    Key::optional(
        "overlap",
        Type::Table(&OVERLAP),
        "{ from = \"read\", to = \"finished\", by = \"thread\", at_most = 1 }",
        "How many intervals between two events are open at once, at the peak.",
    ),
    Key::optional(
        "distinct",
        Type::Table(&DISTINCT),
        "{ event = \"counted\", by = \"process\", equals = 2 }",
        "From how many different threads or processes an event comes, or how many values a field has.",
    ),
    Key::optional(
        "threads",
        Type::Table(&THREADS),
        "{ at_most = 4 }",
        "How many threads live in the run, all processes together, the first one counted.",
    ),
    Key::optional(
        "processes",
        Type::Table(&PROCESSES),
        "{ at_least = 2, busy = \"10ms\" }",
        "How many processes live in the run, the first one counted.",
    ),
    Key::optional(
        "parallel",
        Type::Table(&PARALLEL),
        "{ at_least = 2.0 }",
        "CPU time of all processes divided by that of the busiest.",
    ),
    Key::optional("cpu", Type::Table(&CPU), "{ at_most = \"500ms\" }", "How much CPU time the run uses."),
    Key::optional(
        "field",
        Type::Table(&FIELD),
        "{ event = \"final\", name = \"value\", equals = \"$1\" }",
        "The value of an event's field.",
    ),
    Key::optional("never", Type::Table(&NEVER), "{ event = \"error\" }", "An event that must not come."),
    Key::optional(
        "requests",
        Type::Table(&REQUESTS),
        "{ peak = { at_most = 3 } }",
        "What the HTTP fixture saw: its own record, not the program's claim. Needs a case with `$http` in its arguments.",
    ),
    Key::optional(
        "deadlock",
        Type::Boolean,
        "false",
        "`false`: the run must not get stuck, in any schedule. `true`: it must.",
    ),
    Key::optional(
        "zombies",
        Type::Boolean,
        "false",
        "`false`: the program waits for its children that have ended before it ends itself: no zombies. `true`: it does not.",
    ),
    Key::optional(
        "snapshot",
        Type::Table(&SNAPSHOT),
        "{ mode = \"order\" }",
        "The whole output against the recorded output of the reference.",
    ),
    Key::optional(
        "source",
        Type::Table(&SOURCE),
        "{ rust = { must = [\"thread::spawn\"] } }",
        "What the source must or must not use, by its syntax tree (comments and strings do not count).",
    ),
];
