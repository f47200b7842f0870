//! Submissions into programs, with the compiler and the interpreter of this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use grade::build::{BuildError, BuildOutcome, Builder, CacheDir, Facts, Program, Submission};
use grade::course::model::Language;
use grade::event::{EventSink, GradeEvent, Silent};
use tempfile::TempDir;

/// A folder for a student's files, and a cache of its own beside it.
struct Desk {
    folder: TempDir,
    cache: CacheDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = CacheDir::at(folder.path().join("cache"));
        Self { folder, cache }
    }

    /// Uses the libraries that earlier tests built: they take half a minute.
    fn with_libraries() -> Self {
        Self { cache: CacheDir::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-cache")), ..Self::new() }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, content).expect("a written file");
        path
    }

    fn build(&self, name: &str, content: impl AsRef<[u8]>) -> BuildOutcome {
        let path = self.file(name, content);
        self.try_build(&path).expect("a build that is judged")
    }

    fn try_build(&self, path: &Path) -> Result<BuildOutcome, BuildError> {
        let language =
            if path.extension().is_some_and(|extension| extension == "py") { Language::Python } else { Language::Rust };
        let submission = Submission { language, path: path.to_owned(), exercise: "ex01_threads".to_owned() };
        Builder::new(self.cache.clone(), &Silent).build(&submission, false)
    }
}

fn ready(outcome: BuildOutcome) -> Program {
    match outcome {
        BuildOutcome::Ready(program) => program,
        BuildOutcome::Failed { output, .. } => panic!("it should compile:\n{output}"),
    }
}

fn failed(outcome: BuildOutcome) -> String {
    match outcome {
        BuildOutcome::Failed { output, .. } => output,
        BuildOutcome::Ready(_) => panic!("it should not compile"),
    }
}

/// Runs a program in the environment that the builder names.
fn run(program: &Program) -> (bool, String, String) {
    let output = Command::new(&program.argv[0])
        .args(&program.argv[1..])
        .env_clear()
        .envs(program.env.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("a program that runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_rust_program_is_compiled_and_runs() {
    let desk = Desk::new();
    let program = ready(desk.build("main.rs", "fn main() { println!(\"hello from {}\", file!()); }"));
    assert!(!program.cached);
    assert_eq!(run(&program), (true, "hello from main.rs\n".to_owned(), String::new()));
}

#[test]
fn an_error_of_the_compiler_shows_the_students_path() {
    let desk = Desk::new();
    let path = desk.file("a student's=odd folder/main.rs", "fn main() {\n    let x: u32 = \"one\";\n}\n");
    let output = failed(desk.try_build(&path).unwrap());
    assert!(output.contains("error[E0308]: mismatched types"), "{output}");
    assert!(output.contains(&format!("--> {}:2:18", path.display())), "{output}");
    assert!(!output.contains('\x1b'), "no colour was asked for: {output}");
}

#[test]
fn colour_is_the_compilers_own() {
    let desk = Desk::new();
    let path = desk.file("main.rs", "fn main() { nothing }");
    let submission = Submission { language: Language::Rust, path, exercise: "ex01_threads".to_owned() };
    let outcome = Builder::new(desk.cache.clone(), &Silent).build(&submission, true).unwrap();
    assert!(failed(outcome).contains('\x1b'));
}

#[test]
fn warnings_are_kept_and_come_again_from_the_cache_with_the_new_path() {
    let desk = Desk::new();
    let source = "fn main() { let unused = 1; }";
    let first = ready(desk.build("one/main.rs", source));
    assert!(first.warnings.contains("unused variable"), "{}", first.warnings);
    let second = ready(desk.build("two/main.rs", source));
    assert!(second.cached);
    assert!(second.warnings.contains("two/main.rs:1:17"), "{}", second.warnings);
    assert_eq!(first.argv, second.argv);
}

#[test]
fn the_same_content_is_compiled_once_and_other_content_again() {
    let desk = Desk::new();
    assert!(!ready(desk.build("main.rs", "fn main() {}")).cached);
    assert!(ready(desk.build("main.rs", "fn main() {}")).cached);
    assert!(!ready(desk.build("main.rs", "fn main() { }")).cached);
}

#[test]
fn sums_that_overflow_panic_and_threads_unwind() {
    let desk = Desk::new();
    let program = ready(desk.build(
        "main.rs",
        "fn main() { let n = std::env::args().count() as u8; \
         println!(\"{}\", std::thread::spawn(move || 255 + n).join().is_err()); }",
    ));
    assert_eq!(run(&program).1, "true\n");
}

#[test]
fn a_path_that_is_not_utf_8_is_compiled() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rs");
    let path = desk.folder.path().join(name);
    fs::write(&path, "fn main() { nothing }").unwrap();
    assert!(failed(desk.try_build(&path).unwrap()).contains("caf\u{fffd}.rs:1:13"));
    fs::write(&path, "fn main() {}").unwrap();
    ready(desk.try_build(&path).unwrap());
}

#[test]
fn a_submission_cannot_take_in_another_file() {
    let desk = Desk::new();
    let reference = desk.file("solutions/main.rs", "fn main() { println!(\"right\"); }");
    let output = failed(desk.build("main.rs", format!("include!({reference:?});")));
    assert!(output.contains("reads another file"), "{output}");
    assert!(output.contains("a submission is one file"), "{output}");
}

#[test]
fn a_submission_sees_nothing_of_the_graders_environment() {
    let desk = Desk::new();
    let program = ready(desk.build(
        "main.rs",
        "fn main() { println!(\"{:?} {:?}\", option_env!(\"HOME\"), option_env!(\"CARGO_MANIFEST_DIR\")); \
         for (name, _) in std::env::vars() { println!(\"{name}\"); } }",
    ));
    let output = run(&program).1;
    let mut lines: Vec<_> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["HOME", "LANG", "None None", "PATH", "TMPDIR", "TZ"]);
}

#[test]
fn a_source_that_floods_is_cut_and_is_the_students_failure() {
    let desk = Desk::new();
    let message = "long ".repeat(2_000);
    let mut source = format!("macro_rules! flood {{ () => {{ compile_error!(\"{message}\"); }} }}\n");
    source.push_str(&"flood!();\n".repeat(2_000));
    let output = failed(desk.build("main.rs", source));
    assert!(output.len() < 200 << 10, "{} bytes", output.len());
    assert!(output.contains("messages are longer than"), "{output}");
}

#[test]
fn a_source_that_is_too_large_is_not_looked_at() {
    let desk = Desk::new();
    let output = failed(desk.build("main.rs", vec![b' '; 2 << 20]));
    assert!(output.contains("larger than 1024 KiB"), "{output}");
}

#[test]
fn what_is_not_a_readable_file_is_an_error_that_names_it() {
    let desk = Desk::new();
    for path in [desk.folder.path().join("none.rs"), desk.folder.path().to_owned()] {
        let error = desk.try_build(&path).unwrap_err();
        assert!(matches!(error, BuildError::Submission { .. }), "{error:?}");
        assert!(error.to_string().contains(&*path.to_string_lossy()), "{error}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_an_error_with_a_way_out() {
    let desk = Desk::new();
    let blocked = desk.file("blocked", "a file where a folder should be");
    let desk = Desk { cache: CacheDir::at(blocked.join("cache")), ..desk };
    let path = desk.file("main.rs", "fn main() {}");
    let error = desk.try_build(&path).unwrap_err();
    assert!(matches!(error, BuildError::Cache { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("GRADE_CACHE_DIR"));
}

#[test]
fn what_a_killed_build_left_is_not_taken_as_whole() {
    let desk = Desk::new();
    let program = ready(desk.build("main.rs", "fn main() {}"));
    let entry = Path::new(&program.argv[0]).parent().unwrap().to_owned();
    // As if the machine had stopped in the middle: the program is there, the note that makes it whole is not.
    fs::remove_file(entry.join("entry.json")).unwrap();
    let again = ready(desk.build("main.rs", "fn main() {}"));
    assert!(!again.cached);
    assert!(run(&again).0);
}

#[test]
fn an_interrupt_ends_the_build() {
    let desk = Desk::new();
    let path = desk.file("main.rs", "fn main() {}");
    let submission = Submission { language: Language::Rust, path, exercise: String::new() };
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let error = Builder::new(desk.cache.clone(), &Silent).with_interrupt(flag).build(&submission, false).unwrap_err();
    assert!(matches!(error, BuildError::Interrupted), "{error:?}");
}

#[test]
fn many_submissions_at_once_each_get_their_own_program() {
    let desk = Desk::new();
    let builder = Builder::new(desk.cache.clone(), &Silent);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (builder, desk) = (&builder, &desk);
            scope.spawn(move || {
                for number in 0..3 {
                    // Two workers share each content.
                    let text = format!("{}-{number}", worker / 2);
                    let path = desk
                        .file(&format!("{worker}-{number}/main.rs"), format!("fn main() {{ print!(\"{text}\"); }}"));
                    let submission = Submission { language: Language::Rust, path, exercise: String::new() };
                    let program = ready(builder.build(&submission, false).expect("a build"));
                    assert_eq!(run(&program).1, text);
                }
            });
        }
    });
}

/// Remembers the set-up's steps.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl EventSink for Told {
    fn emit(&self, event: GradeEvent) {
        self.0.lock().unwrap().push(match event {
            GradeEvent::SetupStarted { what } => what,
            GradeEvent::SetupProgress { step } => step,
            other => format!("{other:?}"),
        });
    }
}

#[test]
fn the_courses_libraries_are_there_and_built_once() {
    let desk = Desk::with_libraries();
    let told = Told::default();
    let source = "use futures::future::join_all; use tokio_stream::StreamExt; use std::time::Duration;\n\
        #[tokio::main] async fn main() {\n\
        let answers = join_all((0..3).map(async |n| { tokio::time::sleep(Duration::from_millis(1)).await; n })).await;\n\
        let doubled: Vec<_> = tokio_stream::iter(answers).map(|n| n * 2).collect().await;\n\
        let refused = reqwest::get(\"http://127.0.0.1:1/\").await.is_err();\n\
        println!(\"{doubled:?} {refused}\"); }";
    let path = desk.file("main.rs", source);
    let submission = Submission { language: Language::Rust, path, exercise: "ex22_fetch_all".to_owned() };
    let programs: Vec<Program> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    // A builder each, as two processes would have.
                    ready(Builder::new(desk.cache.clone(), &told).build(&submission, false).expect("a build"))
                })
            })
            .collect();
        started.into_iter().map(|thread| thread.join().expect("a thread")).collect()
    });
    assert_eq!(run(&programs[0]).1, "[0, 2, 4] true\n");
    assert_eq!(programs[0].argv, programs[1].argv);
    let told = told.0.into_inner().unwrap();
    assert!(told.iter().filter(|what| what.starts_with("compiling the course's")).count() <= 1, "{told:?}");
    assert!(matches!(Facts::gather(&desk.cache).rust, Ok(facts) if facts.libraries_ready));
}

#[test]
fn only_the_libraries_that_are_offered_can_be_used() {
    let desk = Desk::with_libraries();
    let output = failed(desk.build("main.rs", "use tokio::time; use hyper::Request; fn main() {}"));
    assert!(output.contains("hyper"), "{output}");
}

#[test]
fn a_python_program_runs_unbuffered_in_a_clean_environment() {
    let desk = Desk::new();
    let program = ready(desk.build("main.py", "import os, sys\nprint(sorted(os.environ), sys.stdout.write_through)\n"));
    let (ok, output, errors) = run(&program);
    assert!(ok, "{errors}");
    assert!(output.contains("PYTHONUNBUFFERED") && output.trim_end().ends_with("True"), "{output}");
    assert!(!output.contains("CARGO"), "{output}");
    assert!(
        ready(desk.build("main.py", "import os, sys\nprint(sorted(os.environ), sys.stdout.write_through)\n")).cached
    );
}

#[test]
fn what_is_installed_on_the_machine_is_not_there_for_a_python_submission() {
    let desk = Desk::new();
    let source = "import sys\nprint([path for path in sys.path if path.endswith('-packages')], sys.version_info[0])\n";
    let program = ready(desk.build("main.py", source));
    let (ok, output, errors) = run(&program);
    assert!(ok, "{errors}");
    assert_eq!(output, "[] 3\n");
    // What the interpreter's own start brings stays.
    let (ok, _, errors) = run(&ready(desk.build("exit.py", "import multiprocessing, ssl\nexit(0)\n")));
    assert!(ok, "{errors}");
}

#[test]
fn a_python_submission_starts_itself_again_by_its_interpreters_name() {
    let desk = Desk::new();
    let source = "import subprocess, sys\nif len(sys.argv) == 1:\n    subprocess.run([sys.executable, sys.argv[0], 'again'])\nprint(sys.prefix == sys.base_prefix, sys.argv[1:])\n";
    let program = ready(desk.build("main.py", source));
    let (ok, output, errors) = run(&program);
    assert!(ok, "{errors}");
    assert_eq!(output, "False ['again']\nFalse []\n");
}

#[test]
fn a_syntax_error_is_shown_as_python_draws_it_with_the_students_path() {
    let desk = Desk::new();
    let path = desk.file("ex 1/main.py", "def f():\n    print('a'\n");
    let output = failed(desk.try_build(&path).unwrap());
    assert!(output.contains(&format!("File \"{}\", line 2", path.display())), "{output}");
    assert!(output.contains("SyntaxError: '(' was never closed"), "{output}");
    assert!(!output.contains('\x1b') && !output.contains("<string>"), "{output}");
}

#[test]
fn nothing_of_a_python_submission_runs_while_it_is_checked() {
    let desk = Desk::new();
    let witness = desk.folder.path().join("witness");
    ready(desk.build("main.py", format!("open({witness:?}, 'w').close()\n")));
    assert!(!witness.exists());
}

#[test]
fn sources_that_python_cannot_read_fail_and_do_not_hang() {
    let desk = Desk::new();
    assert!(failed(desk.build("main.py", b"x = '\xff'\n")).contains("SyntaxError"));
    let output = failed(desk.build("main.py", b"import sys\n# caf\xe9\n"));
    assert!(output.contains("line 2") && output.contains("save it as UTF-8"), "{output}");
    assert!(!output.contains("UnicodeDecodeError"), "{output}");
    ready(desk.build("main.py", b"# -*- coding: latin-1 -*-\n# caf\xe9\n"));
    assert!(failed(desk.build("main.py", b"x = 1\0\n")).contains("null bytes"));
    assert!(!failed(desk.build("main.py", "(".repeat(5000))).is_empty());
}

#[test]
fn a_traceback_is_given_back_with_the_students_path() {
    let desk = Desk::new();
    let path = desk.file("main.py", "import numpy_of_the_student\n");
    let program = ready(desk.try_build(&path).unwrap());
    let (ok, _, errors) = run(&program);
    assert!(!ok);
    let errors = program.with_own_path(&errors);
    assert!(errors.contains(&format!("File \"{}\", line 1", path.display())), "{errors}");
    assert!(errors.contains("ModuleNotFoundError"), "{errors}");
}

#[test]
fn a_file_beside_a_python_submission_does_not_stand_in_for_a_module() {
    let desk = Desk::new();
    desk.file("random.py", "print('not the library')\n");
    let program = ready(desk.build("main.py", "import random\nprint(random.Random(1).random() < 1)\n"));
    assert_eq!(run(&program).1, "True\n");
}

#[test]
fn the_courses_python_packages_are_installed_once() {
    let desk = Desk::with_libraries();
    let program = ready(desk.build("main.py", "import aiohttp\nprint(aiohttp.ClientSession.__name__)\n"));
    let (ok, output, errors) = run(&program);
    assert!(ok, "{errors}");
    assert_eq!(output, "ClientSession\n");
    assert!(matches!(Facts::gather(&desk.cache).python, Ok(facts) if facts.packages_ready));
}

#[test]
fn the_facts_name_the_tools_behind_their_proxies() {
    let desk = Desk::new();
    let facts = Facts::gather(&desk.cache);
    let rust = facts.rust.expect("a compiler");
    assert!(rust.rustc.is_absolute() && rust.version.starts_with("1."), "{rust:?}");
    assert!(!rust.libraries_ready);
    let python = facts.python.expect("an interpreter");
    assert!(!python.python.to_string_lossy().contains("shims") && python.version.starts_with("3."), "{python:?}");
    assert!(facts.cache_error.is_none());
}
