//! `grade hint`: a hint for what failed the last time, one more each time it is asked for.

use super::args::ExerciseArg;
use super::place::Place;
use super::{Console, Exit, Failure, catalogue, list};
use crate::report::human;

/// The widest line of a hint, without what stands before it.
const WIDTH: usize = 78;

pub(crate) fn run(args: &ExerciseArg, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load_for(&place, std::slice::from_ref(&args.exercise), console)?;
    let exercise = catalogue::one(&course, &args.exercise)?;
    let progress = list::progress(&place, console);
    let record = progress.of(&exercise.id).cloned().unwrap_or_default();
    let with_hint = || exercise.spec.checks.iter().filter(|check| !check.hint.is_empty());
    let failed: Vec<_> = with_hint().filter(|check| record.failed.contains(&check.id)).collect();
    let hints = if failed.is_empty() { with_hint().collect() } else { failed };
    if hints.is_empty() {
        console.print("There are no hints for this exercise.\n")?;
        return Ok(Exit::Success);
    }
    // Only a workspace remembers how many were asked for.
    let shown = if place.workspace.is_some() { (record.hints + 1).min(hints.len()) } else { hints.len() };
    let mut text = String::new();
    for check in &hints[..shown] {
        text.push_str(&format!("{}\n", check.name));
        for line in check.hint.trim().lines().flat_map(|line| human::lines("", line, WIDTH)) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    match hints.len() - shown {
        0 => {}
        1 => text.push_str("\nAsk again for one more.\n"),
        more => text.push_str(&format!("\nAsk again for the next of {more} more.\n")),
    }
    console.print(&text)?;
    if let Some(workspace) = &place.workspace {
        let id = &exercise.id;
        if let Err(error) = workspace.progress().update(|progress| progress.of_mut(id).hints = shown) {
            console.warn(&error.to_string());
        }
    }
    Ok(Exit::Success)
}
