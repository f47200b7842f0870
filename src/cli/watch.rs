//! `grade watch`: grades an exercise again whenever its file changes.

use std::path::Path;
use std::time::Duration;

use super::args::{GradeArgs, WatchArgs};
use super::place::Place;
use super::session::Session;
use super::settings::Settings;
use super::submission::{self, Wanted};
use super::{Console, Exit, Failure, catalogue, grade};
use crate::course::model::Language;

/// How often the files are looked at. Looking, rather than being told by the kernel, also works on network file
/// systems and with editors that replace a file instead of writing it.
const GLANCE: Duration = Duration::from_millis(200);

pub(crate) fn run(args: &WatchArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let workspace = place.workspace()?;
    let course = catalogue::load_for(&place, std::slice::from_ref(&args.exercise.exercise), console)?;
    let exercise = catalogue::one(&course, &args.exercise.exercise)?;
    let settings = Settings::resolve(GradeArgs {
        exercises: vec![exercise.id.clone()],
        lang: args.lang,
        clock: args.clock,
        ..GradeArgs::default()
    });
    let wanted = Wanted { language: args.lang.map(Into::into), ..Wanted::default() };
    let session = Session::open(settings.clock, None, settings.sandbox)?;
    let files = Language::ALL.map(|language| workspace.file(exercise, language));
    let look = || files.each_ref().map(|file| fingerprint(file));
    let mut last = None;
    loop {
        let now = look();
        if last.as_ref() != Some(&now) {
            last = Some(now);
            match submission::find(&place, exercise, &wanted) {
                Ok(found) => {
                    let graded = grade::grade_one(&session, &settings, exercise, &found, console)?;
                    let progress = grade::remember(&place, &found, &graded, console);
                    console.print(&grade::report(&settings, &course, exercise, &graded, &progress, console))?;
                }
                Err(failure) => console.fail(&failure),
            }
            console.say("\nwatching; Ctrl-C ends it\n\n");
        }
        if session.interrupt.is_set() {
            return Ok(Exit::Interrupted);
        }
        std::thread::sleep(GLANCE);
    }
}

/// What tells a changed file from the same one; none when it cannot be read.
fn fingerprint(file: &Path) -> Option<blake3::Hash> {
    std::fs::read(file).ok().map(|content| blake3::hash(&content))
}
