use grade::clock::VirtualDuration;
use grade::course::model::Limits;
use grade::sandbox::Rung;
use grade::trace::Trace;

use super::hostile::lines;
use super::{Yard, programs};

/// A legal program that needs much of what a sandbox could take away.
pub(crate) struct Awkward {
    pub(crate) name: String,
    /// The only rung that can do it.
    rung: Option<String>,
}

/// All of them.
pub(crate) fn all() -> Vec<Awkward> {
    let rung = |source: &str| Some(source.lines().next()?.split_once("rung: ")?.1.to_owned());
    programs::of("awkward").into_iter().map(|(name, source)| Awkward { name, rung: rung(&source) }).collect()
}

impl Awkward {
    /// Whether this rung is said to let it do all that it does.
    pub(crate) fn on(&self, rung: Rung) -> bool {
        self.rung.as_ref().is_none_or(|only| only == rung.name())
    }

    /// It must do what it does without a sandbox.
    pub(crate) fn check(&self, yard: &Yard, rung: Rung) -> Result<(), String> {
        let command = programs::command("awkward", &self.name)?;
        let bare = told(&yard.run(Rung::Off, &command, limits())?);
        let contained = told(&yard.run(rung, &command, limits())?);
        if bare == contained {
            return Ok(());
        }
        Err(format!("without a sandbox: {bare:#?}\nin it: {contained:#?}"))
    }
}

fn limits() -> Limits {
    Limits {
        time: VirtualDuration::from_secs(60),
        cpu: VirtualDuration::from_secs(30),
        processes: 200,
        ..Limits::default()
    }
}

/// What a verdict may depend on: how it ended, and what was said, in any order.
fn told(trace: &Trace) -> (String, Vec<String>) {
    let mut said = lines(trace);
    said.sort();
    (format!("{:?} {:?} {:?}", trace.end.ended, trace.end.limit, trace.end.exit), said)
}
