use grade::clock::VirtualDuration;
use grade::course::model::Limits;
use grade::sandbox::Rung;
use grade::trace::{Ended, EventKind, ExitStatus, LimitKind, Trace};

use super::{SECRET, Yard, programs};

/// A program that means harm, and how its run must end.
pub(crate) struct Hostile {
    pub(crate) name: String,
    must: String,
    rung: Option<String>,
    cpu: u64,
    /// What it must be said to have been refused.
    refused: Option<String>,
    /// So many schedules, one of which must make it write this line.
    shown: Option<(u64, String)>,
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    programs::of("hostile")
        .into_iter()
        .map(|(name, source)| {
            let says = |key: &str| {
                let line = source.lines().take(6).find_map(|line| line.split_once(&format!("{key}: ")))?;
                Some(line.1.trim().to_owned())
            };
            let must = says("must").unwrap_or_else(|| panic!("{name} says how it must end"));
            let cpu = says("cpu").map_or(1, |seconds| seconds.parse().expect("a number of seconds"));
            let shown = says("shown").map(|shown| {
                let (schedules, line) = shown.split_once(' ').expect("a number of schedules, and a line");
                (schedules.parse().expect("a number of schedules"), line.to_owned())
            });
            Hostile { must, rung: says("rung"), cpu, refused: says("refused"), shown, name }
        })
        .collect()
}

impl Hostile {
    /// Whether this rung is said to hold it.
    pub(crate) fn on(&self, rung: Rung) -> bool {
        self.rung.as_ref().is_none_or(|only| only == rung.name())
    }

    pub(crate) fn check(&self, yard: &Yard, rung: Rung) -> Result<(), String> {
        let limits = Limits {
            time: VirtualDuration::from_secs(20),
            cpu: VirtualDuration::from_secs(self.cpu),
            memory: 256 << 20,
            processes: 32,
            output: 256 << 10,
            ..Limits::default()
        };
        let command = programs::command("hostile", &self.name)?;
        if let Some((schedules, line)) = &self.shown
            && !yard.a_schedule_shows(rung, &command, &limits, (*schedules, line))?
        {
            return Err(format!("none of {schedules} schedules made it write `{line}`"));
        }
        let trace = yard.run(rung, &command, limits)?;
        let lines = lines(&trace);
        if let Some(line) = lines.iter().find(|line| line.contains("BREACH") || line.contains(SECRET)) {
            return Err(format!("{line}\nof\n{}", lines.join("\n")));
        }
        let seen = how_it_ended(&trace);
        if !self.must.split(" or ").any(|must| must == seen) {
            return Err(format!("it ended with {seen}, not {}; it said\n{}", self.must, lines.join("\n")));
        }
        if trace.end.ended == Ended::Limit && trace.end.used.is_none() {
            return Err("nobody says how much it used".to_owned());
        }
        let refused: Vec<String> = trace.end.refused.iter().map(|refused| refused.words()).collect();
        if let Some(wanted) = &self.refused
            && !refused.iter().any(|words| words == wanted)
        {
            return Err(format!("it was refused {refused:?}, not `{wanted}`; it said\n{}", lines.join("\n")));
        }
        Ok(())
    }
}

/// The first lines, each cut.
pub(crate) fn lines(trace: &Trace) -> Vec<String> {
    let texts = trace.events.iter().filter_map(|event| match &event.kind {
        EventKind::Line { text, .. } => Some(text.chars().take(200).collect()),
        _ => None,
    });
    texts.take(10_000).collect()
}

/// In the words of a program's head.
fn how_it_ended(trace: &Trace) -> String {
    match (trace.end.ended, trace.end.limit, trace.end.exit) {
        (Ended::Stuck, ..) => "stuck".to_owned(),
        (Ended::NoProgress, ..) => "no progress".to_owned(),
        (Ended::Interrupted, ..) => "interrupted".to_owned(),
        (Ended::Limit, Some(limit), _) => {
            let limit = match limit {
                LimitKind::Time => "time",
                LimitKind::RealTime => "real time",
                LimitKind::Cpu => "cpu",
                LimitKind::Memory => "memory",
                LimitKind::Processes => "processes",
                LimitKind::Output => "output",
            };
            format!("limit {limit}")
        }
        (_, _, Some(ExitStatus::Code(code))) => format!("exit {code}"),
        (_, _, Some(ExitStatus::Signal(signal))) => format!("signal {signal}"),
        (ended, limit, exit) => format!("{ended:?} {limit:?} {exit:?}"),
    }
}
