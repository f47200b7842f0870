//! A machine that refuses namespaces, Landlock or both: the refusal is real, by a system call filter as a container has one,
//! which `grade` and everything that it starts inherit.

mod refusing;

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use refusing::{Refused, refuse};

/// Set for the copy of this test that puts the filter on and becomes `grade`: what is refused.
const REFUSED: &str = "GRADE_TEST_REFUSED";

fn main() -> ExitCode {
    if let Some(refused) = std::env::var_os(REFUSED) {
        refuse(if refused == "both" { Refused::NamespacesAndLandlock } else { Refused::Namespaces });
        let mut arguments = std::env::args_os().skip(1);
        let program = arguments.next().expect("a program");
        let error = Command::new(program).args(arguments).env_remove(REFUSED).exec();
        panic!("it cannot be started: {error}");
    }
    let trials = vec![
        Trial::test("without_any_rung_nothing_is_graded_and_the_status_is_4", without_any_rung),
        Trial::test("without_any_rung_what_is_asked_for_in_so_many_words_is_graded", off),
        Trial::test("without_namespaces_landlock_is_taken_and_named", landlock),
        Trial::test("without_namespaces_require_is_refused", require),
        Trial::test("the_doctor_says_what_is_refused", doctor),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn grade(refused: &str, arguments: &[&str]) -> Result<Output, Failed> {
    let solution = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(Command::new(std::env::current_exe()?)
        .arg(env!("CARGO_BIN_EXE_grade"))
        .args(arguments)
        .env(REFUSED, refused)
        .current_dir(solution)
        .output()?)
}

/// Both streams, as a message.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn ends_with(output: &Output, code: i32, words: &[&str]) -> Result<(), Failed> {
    let said = said(output);
    if output.status.code() == Some(code) && words.iter().all(|word| said.contains(word)) {
        return Ok(());
    }
    Err(format!("{:?}, without one of {words:?}:\n{said}", output.status).into())
}

const SOLUTION: [&str; 4] = ["ex07", "--solution", "--lang", "python"];

fn without_any_rung() -> Result<(), Failed> {
    for sandbox in ["auto", "require"] {
        let output = grade("both", &[&SOLUTION[..], &["--sandbox", sandbox]].concat())?;
        ends_with(&output, 4, &["cannot be contained here", "grade doctor", "--sandbox off"])?;
    }
    ends_with(
        &grade("both", &["trace", "--sandbox", "require", "--", "/bin/true"])?,
        125,
        &["cannot be contained here"],
    )
}

fn off() -> Result<(), Failed> {
    ends_with(&grade("both", &[&SOLUTION[..], &["--sandbox", "off"]].concat())?, 0, &["sandbox: off"])
}

fn landlock() -> Result<(), Failed> {
    ends_with(&grade("namespaces", &SOLUTION)?, 0, &["sandbox: landlock"])
}

fn require() -> Result<(), Failed> {
    let output = grade("namespaces", &[&SOLUTION[..], &["--sandbox", "require"]].concat())?;
    ends_with(&output, 4, &["there are no namespaces here", "--sandbox auto"])
}

fn doctor() -> Result<(), Failed> {
    ends_with(&grade("namespaces", &["doctor"])?, 0, &["Landlock", "clone into new namespaces"])?;
    ends_with(&grade("both", &["doctor"])?, 0, &["isolation     none", "Landlock"])
}
