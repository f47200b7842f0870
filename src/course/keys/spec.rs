use super::{CHECK, Choice, Key, Shape, Type};

pub(super) const TEXTS: Type = Type::List(&Type::Text);

/// `spec.toml` of an exercise.
pub(in crate::course) const SPEC: Shape = Shape {
    name: "the spec",
    noun: "key",
    doc: "How an exercise is graded: the cases in which the program is run, the events to look for in its output, the \
          checks, and the wrong submissions that prove the checks.",
    keys: &[
        Key::required("title", Type::Text, "\"Fix the lost update\"", "The exercise's title."),
        Key::optional(
            "schedules",
            Type::Integer(1, 100_000),
            "32",
            "Under how many schedules each case is run: 1 (the default) is the natural schedule alone.",
        ),
        Key::optional("limits", Type::Table(&LIMITS), "{ time = \"20s\" }", "What a run may use."),
        Key::optional(
            "events",
            Type::Map(&Type::Regex),
            "{ started = '^(?<who>\\S+) started$' }",
            "Named events: for each a regular expression over one output line. Named groups become the event's fields.",
        ),
        Key::required(
            "case",
            Type::Tables(&CASE),
            "[[case]]",
            "The ways in which the program is run, in order; at least one.",
        ),
        Key::required("check", Type::Tables(&CHECK), "[[check]]", "What a submission is judged by; at least one."),
        Key::optional(
            "wrong",
            Type::Tables(&WRONG),
            "[[wrong]]",
            "Wrong submissions and the checks that each must fail; one for each file in the folder `wrong`.",
        ),
    ],
    one_of: &[],
    example: "title = \"Fix the lost update\"",
};

const LIMITS: Shape = Shape {
    name: "`limits`",
    noun: "limit",
    doc: "What a run may use. A run that goes over a limit is ended.",
    keys: &[
        Key::optional("time", Type::Duration, "\"20s\"", "Virtual time from start to end. Default: `60s`."),
        Key::optional("cpu", Type::Duration, "\"5s\"", "CPU time of all its processes together. Default: `10s`."),
        Key::optional("memory", Type::Size, "\"512MiB\"", "Memory of all its processes together. Default: `512MiB`."),
        Key::optional(
            "processes",
            Type::Integer(1, 100_000),
            "16",
            "Processes and threads that live at once. Default: 64.",
        ),
        Key::optional("output", Type::Size, "\"1MiB\"", "Bytes of output, both streams together. Default: `1MiB`."),
        Key::optional(
            "processors",
            Type::Integer(1, 64),
            "4",
            "On how many processors it really runs, where the machine has them. More than 1 (the default) is slower to watch, \
             and only of use when processes have to compute side by side.",
        ),
    ],
    one_of: &[],
    example: "[limits]\ntime = \"20s\"\nmemory = \"512MiB\"",
};

const CASE: Shape = Shape {
    name: "a case",
    noun: "key",
    doc: "One way in which the program is run.",
    keys: &[
        Key::required("name", Type::Text, "\"two updates\"", "Its name, for people; unique in the spec."),
        Key::optional(
            "args",
            TEXTS,
            "[\"2\"]",
            "The program's arguments. In them `$http` is replaced with the address of the HTTP fixture, which then runs \
             beside the program.",
        ),
        Key::optional("stdin", Type::Text, "\"one\\ntwo\\n\"", "What the program reads on its standard input."),
        Key::optional(
            "vars",
            Type::Map(&Type::Operand(super::OperandKind::Text)),
            "{ longest = \"3s\" }",
            "Values that checks use as `$name`, beside `$1`, `$2` … for the arguments.",
        ),
        Key::optional(
            "hidden",
            Type::Boolean,
            "true",
            "Students see that it failed, not its name and arguments. Default: false.",
        ),
    ],
    one_of: &[],
    example: "[[case]]\nname = \"two updates\"\nargs = [\"2\"]",
};

const WRONG: Shape = Shape {
    name: "a wrong submission",
    noun: "key",
    doc: "A submission that must fail, and just where.",
    keys: &[
        Key::required(
            "file",
            Type::Text,
            "\"lock_around_sleep.rs\"",
            "Its file's name within the folder `wrong`; ends in `.rs` or `.py`.",
        ),
        Key::required(
            "fails",
            TEXTS,
            "[\"not-serial\"]",
            "The ids of the checks that it must fail, and no other (those that are skipped for them aside).",
        ),
        Key::optional("why", Type::Text, "\"the lock is held while it sleeps\"", "What is wrong with it."),
        Key::optional("engine", Type::Choice(ENGINES), "\"traced\"", "Which engine can tell. Default: `any`."),
    ],
    one_of: &[],
    example: "[[wrong]]\nfile = \"lock_around_sleep.rs\"\nfails = [\"not-serial\"]",
};

const ENGINES: &[Choice] = &[
    Choice { word: "any", doc: "Every engine can tell." },
    Choice { word: "traced", doc: "Only the traced engine can: it takes the kernel's word or a virtual clock." },
];
