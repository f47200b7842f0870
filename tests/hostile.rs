//! Programs that mean harm, and legal ones that are awkward, in the sandbox: on every rung that this machine has, as who
//! runs the tests and, when that is root, as another user, too.
//!
//! A program in `tests/hostile` says in its head how its run must end (`must:`); whatever it manages to do that it should not,
//! it prints as `BREACH`. One in `tests/awkward` must do in the sandbox just what it does without. Canaries stand
//! outside: a secret file, a process, servers; and after all of it nothing may be left.

mod refusing;
mod yard;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use yard::{Yard, awkward, hostile};

use grade::sandbox::Rung;

fn main() -> ExitCode {
    if std::env::var_os(yard::VICTIM).is_some() {
        Yard::be_a_victim();
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(yard::REFUSED).is_some() {
        // From here on nobody gets a namespace: what is probed then is the machine as it is for us.
        refusing::refuse(refusing::Refused::Namespaces);
    }
    let arguments = Arguments::from_args();
    let yard: &'static Yard = Box::leak(Box::new(Yard::open()));
    let mut trials = Vec::new();
    for rung in Yard::rungs().iter().copied() {
        for program in hostile::all().into_iter().filter(|program| program.on(rung)) {
            let name = format!("{}::hostile::{}", rung.name(), program.name);
            trials.push(Trial::test(name, move || program.check(yard, rung).map_err(Failed::from)));
        }
        for program in awkward::all().into_iter().filter(|program| program.on(rung)) {
            let name = format!("{}::awkward::{}", rung.name(), program.name);
            trials.push(Trial::test(name, move || program.check(yard, rung).map_err(Failed::from)));
        }
    }
    trials.push(Trial::test("the_best_rung_is_among_those_tested", move || {
        if !Yard::rungs().contains(&Rung::Namespaces) && !Yard::rungs().contains(&Rung::Landlock) {
            return Err("this machine has no rung to test".into());
        }
        // A kernel may lack it; whatever else keeps it from working is a mistake of ours, which would leave it untested.
        match Yard::refusal_of(Rung::Landlock) {
            Some(reason) if !reason.contains("put Landlock on") => Err(reason.into()),
            _ => Ok(()),
        }
    }));
    if std::env::var_os(yard::AS_ANOTHER).is_none() {
        trials.push(Trial::test("every_program_stands_in_the_table_of_promises", || {
            let table = include_str!("hostile/README.md");
            let stands = |name: &str| {
                let all = |at: usize| table.contains(&format!("`{}*`", &name[..at]));
                table.contains(&format!("`{name}`")) || (1..=name.len()).any(all)
            };
            let programs = hostile::all().into_iter();
            let names = programs.filter_map(|program| Some(program.name.split_once('.')?.0.to_owned()));
            let missing: Vec<String> = names.filter(|name| !stands(name)).collect();
            if missing.is_empty() { Ok(()) } else { Err(missing.join(", ").into()) }
        }));
    }
    trials.push(Trial::test("a_killed_grader_leaves_nothing", move || {
        yard.a_killed_grader_leaves_nothing().map_err(Failed::from)
    }));
    if Yard::is_root() && std::env::var_os(yard::AS_ANOTHER).or(std::env::var_os(yard::REFUSED)).is_none() {
        let filter = arguments.filter.clone();
        trials.push(Trial::test("as_another_user", move || {
            Yard::as_another_user(filter.as_deref()).map_err(Failed::from)
        }));
        let filter = arguments.filter.clone();
        trials.push(Trial::test("as_root_of_a_container", move || {
            Yard::as_root_of_a_container(filter.as_deref()).map_err(Failed::from)
        }));
    }
    if std::env::var_os(yard::AS_ANOTHER).or(std::env::var_os(yard::REFUSED)).is_none() {
        let filter = arguments.filter.clone();
        trials.push(Trial::test("where_namespaces_are_refused", move || {
            Yard::where_namespaces_are_refused(filter.as_deref()).map_err(Failed::from)
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Of a list, too: a canary sleeps on.
    let left = yard.close();
    report(&left);
    if conclusion.has_failed() || !left.is_empty() { ExitCode::from(101) } else { ExitCode::SUCCESS }
}

#[expect(clippy::print_stderr, reason = "a test's own report")]
fn report(left: &[String]) {
    for trace in left {
        eprintln!("left behind: {trace}");
    }
}
