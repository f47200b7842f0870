//! `grade init`: the exercises in a folder of the student's own. What is there already is never overwritten.

use std::path::Path;

use fs_err as fs;

use super::args::InitArgs;
use super::place::Place;
use super::workspace::{Workspace, Written, write_new};
use super::{Console, Exit, Failure, catalogue};
use crate::course::model::{Course, Exercise, Language};

/// For rust-analyzer: what the exercises' own `Cargo.toml` says, without the workspace around it.
const MANIFEST_HEAD: &str = "\
# For editors only: rust-analyzer understands the exercises through this file.
# `grade` itself compiles each file by calling rustc directly.
[package]
name = \"exercises\"
version = \"0.0.0\"
edition = \"2024\"
publish = false
autobins = false
";

pub(crate) fn run(args: &InitArgs, console: &Console) -> Result<Exit, Failure> {
    let place = Place::find()?;
    let course = catalogue::load(&place)?;
    let dir = &args.dir;
    if dir.symlink_metadata().is_ok() && !dir.is_dir() {
        return Err(Failure::usage(format_args!("{} is there and is not a folder", dir.display())));
    }
    if dir.join("graders/course.toml").is_file() {
        return Err(Failure::usage(format_args!("{} is a checkout of a course", dir.display()))
            .help("the exercises are there already, in `exercises`"));
    }
    let workspace = Workspace::at(dir);
    let failed = |error: std::io::Error| {
        Failure::machine(format_args!("failed to write the exercises into {}: {error}", dir.display()))
    };
    let (mut new, mut kept) = (0_u32, 0_u32);
    let mut count = |written: Written| match written {
        Written::New => new += 1,
        Written::Kept => kept += 1,
    };
    for exercise in &course.exercises {
        write_exercise(&place, &workspace, exercise, &mut count).map_err(failed)?;
    }
    count(write_new(&dir.join("exercises/Cargo.toml"), manifest(&course).as_bytes()).map_err(failed)?);
    // Last: only a folder that has all of it is a workspace.
    workspace.mark().map_err(failed)?;
    let kept = match kept {
        0 => String::new(),
        kept => format!("; {kept} that were there are as they were"),
    };
    console.print(&format!("{}: {new} files written{kept}\n", dir.join("exercises").display()))?;
    if let Some(first) = course.exercises.first() {
        let short = catalogue::short(first);
        let here = dir.canonicalize().ok().zip(std::env::current_dir().ok()).is_some_and(|(dir, here)| dir == here);
        let go = if here { String::new() } else { format!("  cd {}\n", dir.display()) };
        console.say(&format!("\n{go}  grade show {short}\n  grade {short}\n"));
    }
    Ok(Exit::Success)
}

fn write_exercise(
    place: &Place,
    workspace: &Workspace,
    exercise: &Exercise,
    count: &mut impl FnMut(Written),
) -> std::io::Result<()> {
    for language in Language::ALL {
        // A course without recorded starters has them in `exercises` itself.
        let starter = place.starter(exercise, language).unwrap_or_else(|| exercise.task.join(language.file_name()));
        if starter.is_file() {
            count(write_new(&workspace.file(exercise, language), &fs::read(starter)?)?);
        }
    }
    let folder = workspace.root.join("exercises").join(&exercise.id);
    for entry in fs::read_dir(&exercise.task)? {
        let path = entry?.path();
        let is_text = path.extension().is_some_and(|extension| extension == "md");
        if let (true, Some(name)) = (is_text, path.file_name()) {
            count(write_new(&folder.join(Path::new(name)), &fs::read(&path)?)?);
        }
    }
    Ok(())
}

fn manifest(course: &Course) -> String {
    let mut text = MANIFEST_HEAD.to_owned();
    for exercise in &course.exercises {
        if exercise.task.join("main.rs").is_file() {
            let id = &exercise.id;
            text.push_str(&format!("\n[[bin]]\nname = \"{id}\"\npath = \"{id}/main.rs\"\n"));
        }
    }
    // The libraries are those of the course; it says them in its own manifest.
    if let Ok(own) = fs::read_to_string(course.root.join("exercises/Cargo.toml"))
        && let Some(at) = own.find("\n[dependencies]")
    {
        text.push_str(&own[at..]);
    }
    text
}
