//! `grade doctor`: what this machine offers, and what that means for grading.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::place::Place;
use super::{Console, Exit, Failure};
use crate::build::{BuildError, CacheDir, Facts};
use crate::engine::TracedEngine;
use crate::sandbox::{self, Rung, TracingRules};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const FAINT: Style = Style::new().dimmed();

/// How well a thing works.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It works.
    Good,
    /// It does not, and grading goes on with less.
    Less,
    /// It does not, and something cannot be graded at all.
    Bad,
}

/// One line of the list.
struct Finding {
    state: State,
    what: &'static str,
    found: String,
    /// What it means, when that is not plain.
    means: String,
}

impl Finding {
    fn new(state: State, what: &'static str, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self { state, what, found: found.into(), means: means.into() }
    }
}

pub(crate) fn run(console: &Console) -> Result<Exit, Failure> {
    let facts = facts(CacheDir::from_environment())?;
    let (rust, python) = (rust(&facts), python(&facts));
    let neither = rust.state == State::Bad && python.state == State::Bad;
    let rules = TracingRules::read();
    let findings = [course(), rust, python, folder(&facts), engine(&rules), counter(&rules), isolation(), memory()];
    let mut text = String::new();
    for finding in &findings {
        let (style, mark) = match finding.state {
            State::Good => (GOOD, "✓"),
            State::Less => (OPEN, "–"),
            State::Bad => (BAD, "✗"),
        };
        let _infallible = writeln!(text, "{style}{mark}{style:#} {:<12}  {}", finding.what, finding.found);
        for line in finding.means.lines() {
            let _infallible = writeln!(text, "                {FAINT}{line}{FAINT:#}");
        }
    }
    let works = !neither && facts.cache_error.is_none();
    let all = findings.iter().all(|finding| finding.state == State::Good);
    text.push_str(match (works, all) {
        (true, true) => "\nAll is there.\n",
        (true, false) => "\nGrading works here, with less than there could be.\n",
        (false, _) => "\nNothing can be graded here as it is.\n",
    });
    console.print(&text)?;
    Ok(if works { Exit::Success } else { Exit::Unsupported })
}

/// What is known of the tools, also where no folder can be chosen for what is built: that is one of the findings.
fn facts(cache: Result<CacheDir, BuildError>) -> Result<Facts, Failure> {
    let error = match cache {
        Ok(cache) => return Ok(Facts::gather(&cache)),
        Err(error) => error,
    };
    let for_now = tempfile::tempdir()
        .map_err(|error| Failure::machine(format_args!("failed to make a folder for what is found: {error}")))?;
    let facts = Facts::gather(&CacheDir::at(for_now.path().to_owned()));
    Ok(Facts { cache_error: Some(error), ..facts })
}

fn course() -> Finding {
    match Place::find() {
        Ok(place) if place.checkout => {
            Finding::new(State::Good, "course", format!("the checkout {}", place.course.display()), "")
        }
        Ok(place) => match place.workspace {
            Some(workspace) => Finding::new(
                State::Good,
                "course",
                format!("the one inside grade, your files in {}", workspace.root.display()),
                "",
            ),
            None => Finding::new(
                State::Less,
                "course",
                "the one inside grade; no files of yours here",
                "`grade init DIR` writes the exercises into a folder of yours",
            ),
        },
        Err(failure) => Finding::new(State::Bad, "course", failure.message, failure.help.join("\n")),
    }
}

fn rust(facts: &Facts) -> Finding {
    match &facts.rust {
        Ok(rust) => {
            let found = format!("rustc {}, {}", rust.version, rust.rustc.display());
            match (&rust.cargo, rust.libraries_ready) {
                (_, true) => Finding::new(State::Good, "rust", found, ""),
                (Some(_), false) => Finding::new(
                    State::Good,
                    "rust",
                    found,
                    "the course's libraries are compiled once, when an exercise first needs them",
                ),
                (None, false) => Finding::new(
                    State::Less,
                    "rust",
                    found,
                    "cargo is missing: exercises that use libraries cannot be built",
                ),
            }
        }
        Err(error) => missing("rust", error, "Rust submissions cannot be graded"),
    }
}

fn python(facts: &Facts) -> Finding {
    match &facts.python {
        Ok(python) => {
            let found = format!("python {}, {}", python.version, python.python.display());
            let means = if python.packages_ready {
                ""
            } else {
                "the course's packages are installed once, when an exercise first needs them"
            };
            Finding::new(State::Good, "python", found, means)
        }
        Err(error) => missing("python", error, "Python submissions cannot be graded"),
    }
}

fn missing(what: &'static str, error: &BuildError, means: &str) -> Finding {
    let help = error.help().map_or_else(String::new, |help| format!("\n{help}"));
    Finding::new(State::Bad, what, error.to_string(), format!("{means}{help}"))
}

fn folder(facts: &Facts) -> Finding {
    match &facts.cache_error {
        None => Finding::new(State::Good, "cache", facts.cache.display().to_string(), ""),
        Some(error) => missing("cache", error, "nothing can be built without it"),
    }
}

fn engine(rules: &TracingRules) -> Finding {
    let root = nix::unistd::geteuid().is_root();
    match TracedEngine::probe() {
        Ok(()) => {
            Finding::new(State::Good, "clock", "virtual: sleeps take no time, threads and processes are seen", "")
        }
        Err(why) => Finding::new(
            State::Less,
            "clock",
            "the machine's",
            format!(
                "{why}\n{}nothing is graded so, unless `--sandbox off` says that a submission may do what you may do\nsleeps take as long as they take, and checks that ask which thread or process did what are not \
                 seen",
                rules.remedy(root).map_or_else(String::new, |way| format!("{way}\n"))
            ),
        ),
    }
}

fn counter(rules: &TracingRules) -> Finding {
    if rules.cycle_counter {
        return Finding::new(State::Good, "counter", "the processor's cycle counter tells virtual time", "");
    }
    Finding::new(
        State::Less,
        "counter",
        "the processor's cycle counter tells the machine's time",
        "this processor or hypervisor cannot stop a program that reads it; one that does sees how little time really passed",
    )
}

fn memory() -> Finding {
    match &sandbox::best(Path::new("/proc/self/exe")).groups {
        Ok(_) => Finding::new(State::Good, "memory", "each run is a control group, whose limits the kernel keeps", ""),
        // Not less: what is counted is the same limit, and only what is too quick for it is met later.
        Err(why) => Finding::new(
            State::Good,
            "memory",
            "counted by grade every 50 ms, without control groups",
            format!(
                "{why}\nbetween two looks each process has a limit of the kernel's\n{}",
                sandbox::group_remedy(nix::unistd::geteuid().is_root())
            ),
        ),
    }
}

fn isolation() -> Finding {
    // With a user of its own, as a run has it.
    let probed = sandbox::best(Path::new("/proc/self/exe"));
    let mut means: Vec<String> = probed.refused.iter().map(|refusal| refusal.reason.clone()).collect();
    means.extend(sandbox::remedies(&probed.refused));
    match probed.best {
        Rung::Namespaces => Finding::new(
            State::Good,
            "isolation",
            "namespaces: files, processes and a network of its own",
            if probed.own_user { "each run is a user of its own" } else { "" },
        ),
        Rung::Landlock => {
            means.push(
                "a submission may reach other programs on this machine's network, take its disk space, and see which files there are"
                    .to_owned(),
            );
            Finding::new(
                State::Less,
                "isolation",
                "Landlock: files, signals; the network as well as it can",
                means.join("\n"),
            )
        }
        Rung::Off => {
            means.push("nothing is graded, unless `--sandbox off` says that it may do what you may do".to_owned());
            Finding::new(State::Bad, "isolation", "none", means.join("\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_no_cache_folder_can_be_chosen_is_a_finding_among_others() {
        let facts = facts(Err(BuildError::NoCacheFolder)).map_err(|failure| failure.message).expect("facts");
        let finding = folder(&facts);
        assert!(finding.state == State::Bad && finding.found.contains("cache folder"), "{}", finding.found);
        assert!(finding.means.contains("GRADE_CACHE_DIR"), "{}", finding.means);
        assert!(!facts.cache.exists(), "nothing is left behind");
    }
}
