//! The tables of the kinds of checks, one for each kind that has one.

use super::spec::TEXTS;
use super::{Choice, Key, OperandKind, Shape, Type};

const TEXT: Type = Type::Text;
const COUNT: Type = Type::Operand(OperandKind::Count);
const DURATION: Type = Type::Operand(OperandKind::Duration);
const NUMBER: Type = Type::Operand(OperandKind::Number);
const VALUE: Type = Type::Operand(OperandKind::Text);
const BY: &str = "What is one group, each judged for itself: `thread` or `process` (on the kernel's word), or a field of \
                  the events. Without it the whole run is one group.";

const EVENT: Key = Key::required("event", TEXT, "\"final\"", "Which lines: the name of an event.");
const ONLY: Key = Key::optional(
    "only",
    Type::Map(&VALUE),
    "{ who = \"A\" }",
    "Only those of the event's lines whose fields have these values.",
);
const FROM: Key = Key::required("from", TEXT, "\"read\"", "The event that opens an interval.");
const TO: Key = Key::required("to", TEXT, "\"finished\"", "The event that closes it.");
const GROUPS: Key = Key::optional("by", TEXT, "\"thread\"", BY);
const TOLERANCE: Key =
    Key::optional("tolerance", Type::Duration, "\"50ms\"", "How far times may be off, either way. Default: `50ms`.");

const COUNT_EQUALS: Key = Key::optional("equals", COUNT, "2", "Just this many; a number or an operand such as `$#`.");
const COUNT_AT_LEAST: Key = Key::optional("at_least", COUNT, "2", "This many or more.");
const COUNT_AT_MOST: Key = Key::optional("at_most", COUNT, "4", "This many or fewer.");
const TIME_EQUALS: Key =
    Key::optional("equals", DURATION, "\"2s\"", "Just this long; a duration or an operand such as `${1}s`.");
const TIME_AT_LEAST: Key = Key::optional("at_least", DURATION, "\"2s\"", "This long or longer.");
const TIME_AT_MOST: Key = Key::optional("at_most", DURATION, "\"2.2s\"", "This long or shorter.");

const fn kind(name: &'static str, doc: &'static str, keys: &'static [Key], example: &'static str) -> Shape {
    Shape { name, noun: "key", doc, keys, one_of: &[], example }
}

pub(super) const EXIT: Shape = kind(
    "`exit`",
    "How the program leaves: `code` or `signal`.",
    &[
        Key::optional("code", Type::Integer(0, 255), "1", "The exit code that is right."),
        Key::optional("signal", TEXT, "\"SIGKILL\"", "The name of the signal that is right."),
    ],
    "exit = { code = 1 }",
);

pub(super) const COUNT_SHAPE: Shape = kind(
    "`count`",
    "How many lines are an event.",
    &[EVENT, ONLY, COUNT_EQUALS, COUNT_AT_LEAST, COUNT_AT_MOST],
    "count = { event = \"received\", equals = 2 }",
);

pub(super) const ORDER: Shape = kind(
    "`order`",
    "In which order events come (`events`), or what values a field has, line after line (`event`, `field`, `values`).",
    &[
        Key::optional(
            "events",
            TEXTS,
            "[\"started\", \"read\"]",
            "In each group these events come in this order, each at least once.",
        ),
        GROUPS,
        Key::optional("event", TEXT, "\"result\"", "The event whose field is looked at."),
        ONLY,
        Key::optional("field", TEXT, "\"n\"", "The field."),
        Key::optional(
            "values",
            Type::Either(&[VALUE, Type::List(&VALUE)]),
            "\"$*\"",
            "The field's values in the order of the lines: a list, or one operand whose words are the values.",
        ),
    ],
    "order = { events = [\"started\", \"read\"], by = \"thread\" }",
);

pub(super) const BEFORE: Shape = kind(
    "`before`",
    "Every `then` of a group comes after every `first`.",
    &[
        Key::required("first", TEXT, "\"main-line\"", "The event that comes first."),
        Key::required("then", TEXT, "\"printing\"", "The event that comes after it."),
        GROUPS,
    ],
    "before = { first = \"main-line\", then = \"printing\" }",
);

pub(super) const ELAPSED: Shape = kind(
    "`elapsed`",
    "How long the run takes, in virtual time.",
    &[
        Key::optional(
            "until",
            Type::Either(&[TEXT, Type::Table(&UNTIL)]),
            "\"finished\"",
            "Until the last line that is this event; without it, until the end of the run.",
        ),
        TIME_EQUALS,
        TIME_AT_LEAST,
        TIME_AT_MOST,
    ],
    "elapsed = { at_least = \"2s\", at_most = \"2.2s\" }",
);

const UNTIL: Shape =
    kind("`until`", "Which lines.", &[EVENT, ONLY], "until = { event = \"finished\", only = { who = \"A\" } }");

pub(super) const GAP: Shape = kind(
    "`gap`",
    "The time between two events; within a group the n-th `from` belongs to the n-th `to`.",
    &[
        Key::optional("from", TEXT, "\"received\"", "The event at which the gap begins; without it, the run's start."),
        Key::required("to", TEXT, "\"printing\"", "The event at which the gap ends."),
        GROUPS,
        TIME_EQUALS,
        TIME_AT_LEAST,
        TIME_AT_MOST,
        Key::optional(
            "field",
            TEXT,
            "\"seconds\"",
            "As long as this field of the `to` (or else the `from`) line says.",
        ),
        Key::optional("unit", Type::Choice(UNITS), "\"s\"", "The unit of the field's number. Default: `s`."),
        TOLERANCE,
    ],
    "gap = { from = \"received\", to = \"printing\", by = \"thread\", equals = \"2s\" }",
);

const UNITS: &[Choice] = &[
    Choice { word: "s", doc: "Seconds, perhaps with decimals." },
    Choice { word: "ms", doc: "Milliseconds, perhaps with decimals." },
];

pub(super) const OVERLAP: Shape = kind(
    "`overlap`",
    "How many intervals are open at once, at the peak.",
    &[
        FROM,
        TO,
        Key::optional(
            "by",
            TEXT,
            "\"thread\"",
            "What an interval belongs to: its `to` closes the oldest open `from` of the same thread, process or field value.",
        ),
        Key::optional(
            "only",
            Type::Map(&VALUE),
            "{ account = \"0\" }",
            "Only those lines of both events whose fields have these values.",
        ),
        COUNT_EQUALS,
        COUNT_AT_LEAST,
        COUNT_AT_MOST,
    ],
    "overlap = { from = \"read\", to = \"finished\", by = \"thread\", at_most = 1 }",
);

pub(super) const DISTINCT: Shape = kind(
    "`distinct`",
    "From how many different threads or processes an event comes, or how many values a field has.",
    &[
        EVENT,
        ONLY,
        Key::required(
            "by",
            TEXT,
            "\"process\"",
            "What is counted: `thread` or `process` (on the kernel's word), or a field of the event.",
        ),
        Key::optional(
            "not_main",
            Type::Boolean,
            "true",
            "The program's first thread (or process) must not be among them. Default: false.",
        ),
        COUNT_EQUALS,
        COUNT_AT_LEAST,
        COUNT_AT_MOST,
    ],
    "distinct = { event = \"counted\", by = \"process\", equals = 2 }",
);

const BUSY: Key =
    Key::optional("busy", Type::Duration, "\"10ms\"", "Count only those that used at least this much CPU time.");

pub(super) const THREADS: Shape = kind(
    "`threads`",
    "How many threads live in the run, all processes together, the first one counted.",
    &[COUNT_EQUALS, COUNT_AT_LEAST, COUNT_AT_MOST, BUSY],
    "threads = { at_most = 4 }",
);

pub(super) const PROCESSES: Shape = kind(
    "`processes`",
    "How many processes live in the run, the first one counted.",
    &[COUNT_EQUALS, COUNT_AT_LEAST, COUNT_AT_MOST, BUSY],
    "processes = { at_least = 2, busy = \"10ms\" }",
);

pub(super) const PARALLEL: Shape = kind(
    "`parallel`",
    "CPU time of all processes divided by that of the busiest.",
    &[
        Key::optional("at_least", Type::Number, "2.0", "The least that is right, more than 1: the work is shared."),
        Key::optional("at_most", Type::Number, "1.5", "The most that is right, more than 1: nobody else is busy."),
    ],
    "parallel = { at_least = 2.0 }",
);

pub(super) const CPU: Shape = kind(
    "`cpu`",
    "How much CPU time the run uses.",
    &[
        TIME_EQUALS,
        TIME_AT_LEAST,
        TIME_AT_MOST,
        Key::optional("of", Type::Choice(CPU_OF), "\"main\"", "Whose CPU time. Default: `tree`."),
    ],
    "cpu = { at_most = \"500ms\" }",
);

const CPU_OF: &[Choice] = &[
    Choice { word: "tree", doc: "All processes together." },
    Choice { word: "main", doc: "The program's first process." },
    Choice { word: "children", doc: "All other processes together." },
];

pub(super) const FIELD: Shape = kind(
    "`field`",
    "The value of an event's field.",
    &[
        EVENT,
        ONLY,
        Key::required("name", TEXT, "\"value\"", "The field: a named group of the event's expression."),
        Key::optional(
            "which",
            Type::Choice(WHICH),
            "\"last\"",
            "Which of the event's lines must hold the value. Default: `all`.",
        ),
        Key::optional("equals", VALUE, "\"$1\"", "Just this text, or this number when both read as one."),
        Key::optional("one_of", Type::List(&VALUE), "[\"a\", \"b\"]", "One of these texts."),
        Key::optional("matches", Type::Regex, "'^\\d+$'", "A text in which this regular expression finds something."),
        Key::optional("at_least", NUMBER, "2", "A number of this or more."),
        Key::optional("at_most", NUMBER, "4", "A number of this or less."),
    ],
    "field = { event = \"final\", name = \"value\", equals = \"$1\" }",
);

const WHICH: &[Choice] = &[
    Choice { word: "all", doc: "All of them, and there is at least one." },
    Choice { word: "first", doc: "The first." },
    Choice { word: "last", doc: "The last." },
    Choice { word: "any", doc: "At least one." },
];

pub(super) const NEVER: Shape = kind(
    "`never`",
    "An event that must not come.",
    &[
        EVENT,
        ONLY,
        Key::optional("after", TEXT, "\"cancelled\"", "Only after the first line that is this event."),
        Key::optional("before", TEXT, "\"ready\"", "Only before the first line that is this event."),
    ],
    "never = { event = \"step\", after = \"cancelled\" }",
);

const REQUEST_COUNT: Type = Type::Either(&[COUNT, Type::Table(&REQUEST_BOUNDS)]);

const REQUEST_BOUNDS: Shape =
    kind("the bounds", "How many.", &[COUNT_EQUALS, COUNT_AT_LEAST, COUNT_AT_MOST], "{ at_least = 1, at_most = 3 }");

pub(super) const REQUESTS: Shape = kind(
    "`requests`",
    "What the HTTP fixture saw.",
    &[
        Key::optional("path", Type::Regex, "'^/slow'", "Only requests whose path and query match this expression."),
        Key::optional("total", REQUEST_COUNT, "6", "How many in all: a number or bounds."),
        Key::optional("peak", REQUEST_COUNT, "{ at_most = 3 }", "How many in flight at once, at the peak."),
        Key::optional("each", REQUEST_COUNT, "1", "How many for each different path and query."),
    ],
    "requests = { path = '^/slow', total = 1 }",
);

pub(super) const SNAPSHOT: Shape = kind(
    "`snapshot`",
    "The output against the recorded output of the reference. Of a line that is an event only the event is compared, and \
     lines that are none are left out; a spec without events compares all lines.",
    &[Key::required("mode", Type::Choice(MODES), "\"order\"", "How much must be alike."), TOLERANCE],
    "snapshot = { mode = \"order\" }",
);

const MODES: &[Choice] = &[
    Choice { word: "times", doc: "The same lines in the same partial order, at the same times within the tolerance." },
    Choice { word: "order", doc: "The same lines in the same partial order." },
    Choice { word: "exact", doc: "The same lines in just the same sequence, by the same threads." },
];

pub(super) const SOURCE: Shape = Shape {
    name: "`source`",
    noun: "language",
    doc: "What the source must or must not use, by its syntax tree.",
    keys: &[
        Key::optional("rust", Type::Table(&RULES), "{ must = [\"thread::spawn\"] }", "What holds for Rust."),
        Key::optional("python", Type::Table(&RULES), "{ must = [\"threading.Thread\"] }", "What holds for Python."),
    ],
    one_of: &[],
    example: "source.rust = { must = [\"thread::spawn\"], must_not = [\"process::exit\"] }",
};

const RULES: Shape = kind(
    "the rules",
    "Names that a source must or must not use.",
    &[
        Key::optional("must", TEXTS, "[\"thread::spawn\"]", "Every one of these is called, imported or named."),
        Key::optional("must_not", TEXTS, "[\"process::exit\"]", "None of these is."),
    ],
    "{ must = [\"thread::spawn\"], must_not = [\"process::exit\"] }",
);
