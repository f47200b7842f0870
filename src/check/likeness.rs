//! Whether two sources are the same program but for comments and layout, for an instructor to look at. No verdict hangs
//! on it: a short exercise has only so many solutions.

use tree_sitter::Parser;

use crate::course::model::Language;

/// A larger source is not looked at.
const LARGEST: usize = 256 << 10;

/// A digest of a source's tokens, without comments and what stands between tokens; none when it cannot be read as a
/// syntax tree.
pub fn likeness(language: Language, source: &str) -> Option<String> {
    if source.len() > LARGEST {
        return None;
    }
    let grammar = match language {
        Language::Rust => tree_sitter_rust::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar).ok()?;
    let tree = parser.parse(source, None)?;
    let mut hasher = blake3::Hasher::new();
    let mut tokens: u32 = 0;
    // A stack of our own: a hostile source nests deeper than a thread's stack.
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        let kind = node.kind();
        if kind.contains("comment") {
            continue;
        }
        // The white space within a text is a part of it.
        if node.child_count() == 0 || kind.contains("string") || kind == "char_literal" {
            let token = source.get(node.byte_range())?;
            hasher.update(&(token.len() as u64).to_le_bytes());
            hasher.update(token.as_bytes());
            tokens += u32::from(!token.is_empty());
            continue;
        }
        let mut cursor = node.walk();
        let children: Vec<_> = node.children(&mut cursor).collect();
        open.extend(children.into_iter().rev());
    }
    (tokens > 0).then(|| hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::likeness;
    use crate::course::model::Language::{Python, Rust};

    #[test]
    fn comments_and_layout_make_no_difference() {
        let one = likeness(Rust, "fn main() {\n    // mine\n    println!(\"a  b\"); /* all mine */\n}\n");
        assert!(one.is_some());
        assert_eq!(one, likeness(Rust, "fn main(){println!(\"a  b\");}"));
        let one = likeness(Python, "import time\n\n\nprint( 'a' )  # mine\n");
        assert!(one.is_some());
        assert_eq!(one, likeness(Python, "# other\nimport time\nprint('a')\n"));
    }

    #[test]
    fn another_name_another_text_or_another_number_does() {
        let base = likeness(Rust, "fn main() { let a = 1; f(\"a  b\"); }");
        for other in [
            "fn main() { let b = 1; f(\"a  b\"); }",
            "fn main() { let a = 1; f(\"a b\"); }",
            "fn main() { let a = 2; f(\"a  b\"); }",
            "fn main() { let a = 1; f(\"a  b\") }",
        ] {
            assert_ne!(base, likeness(Rust, other), "{other}");
        }
    }

    #[test]
    fn a_source_with_no_code_is_like_nothing() {
        assert_eq!(likeness(Python, "# nothing yet\n"), None);
        assert_eq!(likeness(Rust, &"(".repeat(300 << 10)), None);
    }

    #[test]
    fn a_source_that_nests_deeply_is_read_all_the_same() {
        let deep = format!("fn main() {{ {}1{}; }}", "(".repeat(50_000), ")".repeat(50_000));
        assert!(likeness(Rust, &deep).is_some());
    }
}
