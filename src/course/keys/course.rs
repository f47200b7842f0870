use super::{Key, Shape, Type};

const TEXTS: Type = Type::List(&Type::Text);

/// `graders/course.toml`.
pub(in crate::course) const COURSE: Shape = Shape {
    name: "the course",
    noun: "key",
    doc: "A course: its title, its chapters and their exercises in the order in which they are taken.",
    keys: &[
        Key::required("title", Type::Text, "\"Threads, tasks and processes\"", "The course's title."),
        Key::required("chapter", Type::Tables(&CHAPTER), "[[chapter]]", "The chapters, in order; at least one."),
        Key::optional(
            "prerequisites",
            Type::Map(&TEXTS),
            "{ ex07_race = [\"ex01_threads\"] }",
            "For an exercise the ones that should be passed before it. They stand earlier in the course.",
        ),
    ],
    one_of: &[],
    example: "title = \"Threads, tasks and processes\"",
};

const CHAPTER: Shape = Shape {
    name: "a chapter",
    noun: "key",
    doc: "A chapter of the course.",
    keys: &[
        Key::required("title", Type::Text, "\"Threads\"", "The chapter's title."),
        Key::required(
            "exercises",
            TEXTS,
            "[\"ex01_threads\", \"ex02_thread_pool\"]",
            "The chapter's exercises in order: the names of their folders. No exercise stands in two chapters.",
        ),
    ],
    one_of: &[],
    example: "[[chapter]]\ntitle = \"Threads\"\nexercises = [\"ex01_threads\"]",
};
