use super::spec::TEXTS;
use super::{KINDS, Key, Shape, Type};

/// `[[check]]` of a spec.
pub(in crate::course) const CHECK: Shape = Shape {
    name: "a check",
    noun: "key",
    doc: "One thing that a submission is judged by. Beside its id, name and points it has just one kind.",
    keys: &[
        Key::required(
            "id",
            Type::Text,
            "\"no-lost-update\"",
            "Its id, unique in the spec: small letters, digits and hyphens. Reports and `fails` name it.",
        ),
        Key::required("name", Type::Text, "\"Both updates are counted\"", "Its name, for people: what is right."),
        Key::required("points", Type::Integer(0, 1000), "4", "What it is worth; 0 for one that others need."),
        Key::optional(
            "hint",
            Type::Text,
            "\"Nobody else may write between reading and writing.\"",
            "Said to the student when it fails.",
        ),
        Key::optional(
            "needs",
            TEXTS,
            "[\"exclusive\"]",
            "Ids of checks that must pass first, else this one is skipped.",
        ),
        Key::optional(
            "cases",
            TEXTS,
            "[\"two updates\"]",
            "Names of the cases that it looks at; without it all of them.",
        ),
    ],
    one_of: KINDS,
    example: "[[check]]\nid = \"no-lost-update\"\nname = \"Both updates are counted\"\npoints = 4\nfield = { event = \"final\", name = \"value\", equals = \"$1\" }",
};
