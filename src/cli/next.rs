//! `grade next`: the exercise that comes next.

use super::place::Place;
use super::{Console, Exit, Failure, catalogue, list};

pub(crate) fn run(console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load(&place)?;
    let progress = list::progress(&place, console);
    match catalogue::next(&course, None, |id| progress.is_done(id)) {
        Some(next) => console.print(&format!("{}  {}\n", next.id, next.spec.title))?,
        None => console.say("All is done. Well done!\n"),
    }
    Ok(Exit::Success)
}
