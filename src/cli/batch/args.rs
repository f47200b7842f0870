use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{ClockArg, LanguageArg, SandboxArg};

/// Grade what a whole class handed in
///
/// Each content is built and run once, and every finished piece is kept in OUT/grade.db: after an interruption, a crash
/// or a power cut, the same command goes on where it was. What changed since (a submission, a spec, the compiler, grade
/// itself) is graded again, and nothing else. Results that our measurement could not decide are tried again.
#[derive(Args, Debug)]
#[command(
    after_help = "DIR holds STUDENT/exNN_name/main.rs, STUDENT/exNN_name.rs, STUDENT.zip or STUDENT.tar.gz (also .py), or what Moodle, Canvas, Gradescope and GitHub Classroom hand out. Written: OUT/grade.db, OUT/grades.csv, OUT/report.html, OUT/results/STUDENT/exNN_name.json; `grade report OUT` writes other formats.\n\nExit status: 0 all passed, 1 some did not, 2 usage, 3 invalid course, 4 this machine cannot do it, 70 a bug of ours, 130 interrupted."
)]
pub struct BatchArgs {
    /// The folder with what was handed in
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Where the journal and the reports go
    #[arg(long, value_name = "OUT")]
    pub out: PathBuf,
    /// Only this student; may be given several times
    #[arg(long = "student", value_name = "NAME", help_heading = "What to grade")]
    pub students: Vec<String>,
    /// Only this exercise; may be given several times
    #[arg(long = "exercise", value_name = "EXERCISE", help_heading = "What to grade")]
    pub exercises: Vec<String>,
    /// Only this case, and the checks that look at it; may be given several times. What OUT holds of other cases is kept
    /// and shown again without it
    #[arg(long = "case", value_name = "NAME", help_heading = "What to grade")]
    pub cases: Vec<String>,
    /// Only this language
    #[arg(long, value_enum, value_name = "LANGUAGE", help_heading = "What to grade")]
    pub lang: Option<LanguageArg>,
    /// The students' list, as Canvas or Moodle exports it (default: DIR/roster.csv, where there is one)
    #[arg(long, value_name = "FILE", help_heading = "What to grade")]
    pub roster: Option<PathBuf>,
    /// The course: a folder with `graders/course.toml` (default: as for every command)
    #[arg(long, value_name = "FOLDER", help_heading = "What to grade")]
    pub course: Option<PathBuf>,
    /// Start over; the journal that is there is kept as grade.db.old-N, and is the journal again when it is renamed to
    /// grade.db
    #[arg(long)]
    pub fresh: bool,
    /// Run each case under this many schedules (default: what the exercise says)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub schedules: Option<u32>,
    /// Whose clock the programs see
    #[arg(long, value_enum, value_name = "CLOCK")]
    pub clock: Option<ClockArg>,
    /// Whether submissions run in a sandbox
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = SandboxArg::Auto)]
    pub sandbox: SandboxArg,
    /// How much at once (default: as many as the machine has CPUs; on the virtual clock at most twice as many)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}
