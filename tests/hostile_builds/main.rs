//! Sources that mean harm to whoever compiles them, on every rung that this machine has, as who runs the tests and, when
//! that is root, as another user, too.
//!
//! Whatever a source does, it comes to `build-failed` or to a program that knows nothing: never to an error of ours, and
//! the secret that stands outside is in no message and in no program.

mod compiler;
mod sources;
mod yard;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use yard::Yard;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let yard: &'static Yard = Box::leak(Box::new(Yard::open()));
    let mut trials = Vec::new();
    for rung in yard.rungs() {
        for source in sources::all() {
            let name = format!("{}::{}", rung.name(), source.name);
            trials.push(Trial::test(name, move || source.check(yard, rung).map_err(Failed::from)));
        }
        let name = format!("{}::a_hostile_compiler_reaches_nothing", rung.name());
        trials.push(Trial::test(name, move || compiler::check(yard, rung).map_err(Failed::from)));
    }
    if nix::unistd::geteuid().is_root() {
        let filter = arguments.filter.clone().filter(|filter| !"as_another_user".contains(filter.as_str()));
        trials.push(Trial::test("as_another_user", move || {
            yard.as_another_user(filter.as_deref()).map_err(Failed::from)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
