use std::fmt::Write;

use grade::build::BuildOutcome;
use grade::course::model::Language::{self, Python, Rust};
use grade::sandbox::Rung;

use super::yard::{SECRET, Yard};

/// A source that means harm.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    language: Language,
    text: String,
    must: Must,
}

/// What a source must come to. Whatever it is, the secret is not in it.
enum Must {
    /// Not built, with these words in the message.
    Fail(&'static str),
    /// Not built, in whatever words.
    FailSomehow,
    /// Built: there was nothing to see.
    Build,
    /// Either.
    Anything,
}

impl Source {
    pub(crate) fn check(&self, yard: &Yard, rung: Rung) -> Result<(), String> {
        let secret = yard.secret();
        let text = self.text.replace("{secret}", &secret.to_string_lossy());
        let text = text.replace("{folder}", &yard.path("").to_string_lossy());
        let outcome = yard.build(rung, self.language, &text).map_err(|error| format!("an error of ours: {error}"))?;
        let (built, said) = match outcome {
            BuildOutcome::Ready(program) => (true, program.warnings),
            BuildOutcome::Failed { output, .. } => (false, output),
        };
        if said.contains(SECRET) {
            return Err(format!("the message holds the secret: {said}"));
        }
        let head: String = said.chars().take(2000).collect();
        match &self.must {
            Must::Fail(words) if !built && said.contains(words) => Ok(()),
            Must::FailSomehow if !built && !said.is_empty() => Ok(()),
            Must::Build if built => Ok(()),
            Must::Anything => Ok(()),
            _ => Err(format!("built: {built}; it was said: {head}")),
        }
    }
}

pub(crate) fn all() -> Vec<Source> {
    let mut all = files();
    all.extend(rights());
    all.extend(bombs());
    all.extend(python());
    all
}

fn rust(name: &'static str, text: impl Into<String>, must: Must) -> Source {
    Source { name, language: Rust, text: text.into(), must }
}

/// Sources that read what is not theirs.
fn files() -> Vec<Source> {
    let show = |what: &str| format!("fn main() {{ println!(\"{{:?}}\", {what}); }}");
    vec![
        rust("include_a_text", show("include_str!(\"{secret}\")"), Must::Fail("secret.rs")),
        rust("include_bytes", show("include_bytes!(\"{secret}\")"), Must::Fail("secret.rs")),
        rust(
            "include_a_source",
            "include!(\"{secret}\"); fn main() { println!(\"{SECRET}\"); }",
            Must::Fail("secret.rs"),
        ),
        rust(
            "a_module_elsewhere",
            "#[path = \"{secret}\"] mod s; fn main() { println!(\"{}\", s::SECRET); }",
            Must::Fail("secret.rs"),
        ),
        rust("include_upwards", show("include_str!(\"../../../../../../../../..{secret}\")"), Must::Fail("secret.rs")),
        rust("include_what_is_no_rust", "include!(\"/etc/shadow\"); fn main() {}", Must::FailSomehow),
        rust("include_the_users", show("include_str!(\"/etc/passwd\")"), Must::FailSomehow),
        rust("include_an_environment", show("include_bytes!(\"/proc/self/environ\")"), Must::FailSomehow),
        rust("include_the_init", show("include_bytes!(\"/proc/1/environ\")"), Must::FailSomehow),
        rust("include_the_memory", show("include_bytes!(\"/proc/1/mem\")"), Must::FailSomehow),
        rust("include_a_device_without_end", show("include_bytes!(\"/dev/zero\").len()"), Must::FailSomehow),
        rust(
            "an_assembler_that_includes",
            "std::arch::global_asm!(\".section .rodata\\n.globl s\\ns: .incbin \\\"{secret}\\\"\\n.byte 0\"); \
             unsafe extern \"C\" { static s: [u8; 64]; } fn main() { println!(\"{}\", String::from_utf8_lossy(unsafe { &s })); }",
            Must::FailSomehow,
        ),
        rust(
            "an_assembler_that_reads_a_source",
            "std::arch::global_asm!(\".include \\\"{secret}\\\"\"); fn main() {}",
            Must::FailSomehow,
        ),
        rust(
            "a_library_by_its_whole_name",
            "#[link(name = \"secret\", kind = \"static\", modifiers = \"+whole-archive\")] unsafe extern \"C\" {} fn main() {}",
            Must::FailSomehow,
        ),
        rust(
            "a_library_by_a_path",
            "#[link(name = \"{folder}libsecret.a\", kind = \"static\", modifiers = \"+verbatim,+whole-archive\")] \
             unsafe extern \"C\" {} fn main() {}",
            Must::FailSomehow,
        ),
    ]
}

/// Sources that ask for what the compiler's caller has.
fn rights() -> Vec<Source> {
    vec![
        // Set for the whole of the tests by cargo, as secrets are for a job in CI.
        rust(
            "an_environment_variable",
            "fn main() { if option_env!(\"CARGO_MANIFEST_DIR\").is_some() || option_env!(\"HOME\").is_some() { println!(\"BREACH\"); } }",
            Must::Build,
        ),
        rust(
            "an_environment_variable_that_must_be",
            "fn main() { println!(\"{}\", env!(\"CARGO_MANIFEST_DIR\")); }",
            Must::FailSomehow,
        ),
        rust("arguments_for_the_linker", "#![link_args = \"-Wl,-T,{secret}\"] fn main() {}", Must::FailSomehow),
        rust(
            "an_argument_in_a_librarys_name",
            "#[link(name = \"c -Wl,-Map={folder}planted\")] unsafe extern \"C\" {} fn main() {}",
            Must::FailSomehow,
        ),
        rust("unstable_features", "#![feature(link_args)] fn main() {}", Must::FailSomehow),
        rust(
            "a_macro_that_runs_in_the_compiler",
            "extern crate proc_macro; #[proc_macro] pub fn run(_: proc_macro::TokenStream) -> proc_macro::TokenStream { std::process::abort() } fn main() {}",
            Must::FailSomehow,
        ),
        rust("a_crate_by_path", "extern crate rustc_driver; fn main() {}", Must::FailSomehow),
        rust("another_kind_of_crate", "#![crate_type = \"proc-macro\"] fn main() {}", Must::Anything),
        rust("another_name_for_what_comes_out", "#![crate_name = \"other\"] fn main() {}", Must::FailSomehow),
    ]
}

/// Sources that keep a compiler busy, or fill what it has.
fn bombs() -> Vec<Source> {
    let nested = |open: &str, close: &str, times: usize| {
        format!("fn main() {{ let _ = {}0{}; }}", open.repeat(times), close.repeat(times))
    };
    let mut doubling =
        String::from("macro_rules! d { ($($t:tt)*) => { $($t)* $($t)* } }\nfn main() { let mut x = 0u64;\n");
    doubling.push_str(&"d!{".repeat(40));
    doubling.push_str("x += 1;");
    doubling.push_str(&"}".repeat(40));
    doubling.push_str(" println!(\"{x}\"); }");
    let mut types = String::from("type T0 = (u8, u8);\n");
    for level in 1..64 {
        let _infallible = writeln!(types, "type T{level} = (T{0}, T{0});", level - 1);
    }
    types.push_str("fn main() { println!(\"{}\", std::mem::size_of::<T63>()); }");
    let mut flood = String::from(
        "macro_rules! f { ($($t:tt)*) => { $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* } }\nfn main() {\n",
    );
    flood.push_str(&"f!{".repeat(6));
    flood.push_str("let _: u32 = \"a long text that is no number at all, and that is said again with every message\";");
    flood.push_str(&"}".repeat(6));
    flood.push_str("\n}");
    vec![
        rust(
            "constants_without_end",
            "#![allow(long_running_const_eval)] const X: u64 = { let mut x = 0u64; loop { x = x.wrapping_add(1); if x == u64::MAX { break x; } } }; fn main() { println!(\"{X}\"); }",
            Must::Fail("more than 30 s of CPU time"),
        ),
        rust("macros_that_double", doubling, Must::FailSomehow),
        rust(
            "macros_that_call_themselves",
            "#![recursion_limit = \"1000000\"] macro_rules! m { ($($t:tt)*) => { m!($($t)* x) } } fn main() { m!(); }",
            Must::FailSomehow,
        ),
        rust("types_that_double", types, Must::FailSomehow),
        rust(
            "a_trait_that_grows",
            "#![recursion_limit = \"1000000\"] trait T { fn f(); } struct W<X>(X); impl<X> T for W<X> where W<W<X>>: T { fn f() { <W<W<X>>>::f() } } fn main() { <W<u8> as T>::f() }",
            Must::FailSomehow,
        ),
        rust(
            "a_huge_array",
            "static A: [u8; 1 << 34] = [1; 1 << 34]; fn main() { println!(\"{}\", A[1]); }",
            Must::FailSomehow,
        ),
        rust(
            "a_huge_program",
            "static A: [u8; 700 << 20] = [1; 700 << 20]; fn main() { println!(\"{}\", A[std::env::args().count()]); }",
            Must::FailSomehow,
        ),
        rust("nested_brackets", nested("(", ")", 200_000), Must::FailSomehow),
        rust("nested_blocks", nested("{", "}", 200_000), Must::FailSomehow),
        rust("nested_references", nested("&", "", 200_000), Must::Anything),
        rust("messages_without_end", flood, Must::FailSomehow),
        rust("no_text_at_all", "\u{0}\u{1}\u{feff}", Must::FailSomehow),
    ]
}

fn python() -> Vec<Source> {
    let source = |name, text: String, must| Source { name, language: Python, text, must };
    vec![
        source(
            "python::deep_brackets",
            format!("x = {}{}", "(".repeat(100_000), ")".repeat(100_000)),
            Must::FailSomehow,
        ),
        source("python::deep_operators", format!("x = {}1", "-".repeat(500_000)), Must::Anything),
        source("python::deep_attributes", format!("x = a{}", ".a".repeat(300_000)), Must::Anything),
        source("python::a_codec_of_its_own", "# coding: main\nprint(1)\n".to_owned(), Must::FailSomehow),
        source("python::null_bytes", "print(1)\0print(2)\n".to_owned(), Must::FailSomehow),
        source("python::a_large_constant", "if False: x = (1 << 60) ** 100000 ** 3\n".to_owned(), Must::Anything),
        source("python::nothing_is_run", format!("open({:?}).read()\nraise SystemExit(3)\n", "{secret}"), Must::Build),
    ]
}
