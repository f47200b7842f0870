use std::collections::BTreeMap;
use std::path::Path;

use super::harmless;
use crate::clock::VirtualInstant;
use crate::trace::{Event, EventKind, Pid, Tid, Trace};

/// Everybody who took part in a run, each process's threads together, in the order of their birth.
#[derive(Debug)]
pub(crate) struct Cast {
    actors: Vec<Actor>,
    /// Who has an id now: the kernel gives the ids of the dead away again.
    places: BTreeMap<(Pid, Tid), usize>,
    names: BTreeMap<Pid, String>,
    /// The end of the last thing that happened.
    pub(crate) end: VirtualInstant,
}

/// One thread, and what it did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    pub(crate) pid: Pid,
    pub(crate) tid: Tid,
    /// The thread that started it (of a process: the process), when the engine knows.
    pub(crate) parent: Option<Tid>,
    pub(crate) born: VirtualInstant,
    /// None: it was there until the end.
    pub(crate) died: Option<VirtualInstant>,
    /// The signal that killed it.
    pub(crate) killed: Option<i32>,
    pub(crate) stuck: bool,
    /// Timed waits: from, to, and how long it asked for.
    pub(crate) sleeps: Vec<Sleep>,
    /// Waits for other threads: from, to, and on what.
    pub(crate) waits: Vec<Wait>,
    /// Lines: when, and on which stream.
    pub(crate) lines: Vec<(VirtualInstant, u8)>,
}

/// One timed wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sleep {
    pub(crate) from: VirtualInstant,
    pub(crate) to: VirtualInstant,
    pub(crate) asked: u64,
}

/// One wait for another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) from: VirtualInstant,
    pub(crate) to: VirtualInstant,
    pub(crate) on: u32,
}

/// What a thread is waiting for.
#[derive(Clone, Copy)]
enum Waits {
    /// A time; it asked for so many nanoseconds.
    Time(u64),
    /// Another thread, by this word.
    Other(u32),
}

/// Who waits, and since when.
type Waiting = BTreeMap<(Pid, Tid), (VirtualInstant, Waits)>;

impl Cast {
    /// Reads who took part from the events.
    pub(crate) fn of(trace: &Trace) -> Self {
        let mut cast =
            Self { actors: Vec::new(), places: BTreeMap::new(), names: BTreeMap::new(), end: VirtualInstant::START };
        let program = trace.header.argv.first().map_or_else(String::new, |path| base_name(path));
        let mut waiting = Waiting::new();
        for event in &trace.events {
            cast.take_note(event, &program, &mut waiting);
        }
        cast.end = VirtualInstant::from_nanos(trace.end.elapsed).max(cast.end);
        let end = cast.end;
        for ((pid, tid), begun) in waiting {
            cast.actor(pid, tid, end).waited(begun, end);
        }
        let births: BTreeMap<Pid, usize> =
            cast.actors.iter().enumerate().rev().map(|(place, actor)| (actor.pid, place)).collect();
        cast.actors.sort_by_key(|actor| births.get(&actor.pid).copied());
        cast
    }

    fn take_note(&mut self, event: &Event, program: &str, waiting: &mut Waiting) {
        let Event { t, pid, tid, ref kind, .. } = *event;
        self.end = self.end.max(t);
        if matches!(kind, EventKind::Http { .. }) {
            return;
        }
        if !self.names.contains_key(&pid) || matches!(kind, EventKind::Process { .. }) {
            let parent = if let EventKind::Process { parent } = kind { self.names.get(parent) } else { None };
            let name = parent.map_or(program, String::as_str).to_owned();
            self.names.insert(pid, name);
        }
        let is_birth = matches!(kind, EventKind::Process { .. } | EventKind::Thread { .. });
        if is_birth && self.actor(pid, tid, t).died.is_some() {
            self.places.remove(&(pid, tid));
        }
        let actor = self.actor(pid, tid, t);
        match kind {
            EventKind::Process { parent } | EventKind::Thread { parent } => {
                actor.parent = Some(*parent).filter(|parent| *parent != 0);
            }
            EventKind::Exec { path } => {
                let name = base_name(path);
                self.names.insert(pid, name);
            }
            EventKind::Line { fd, .. } => actor.lines.push((t, *fd)),
            EventKind::Sleep { ns } => {
                waiting.insert((pid, tid), (t, Waits::Time(*ns)));
            }
            EventKind::Wait { on } => {
                waiting.insert((pid, tid), (t, Waits::Other(*on)));
            }
            EventKind::Wake {} => {
                if let Some(begun) = waiting.remove(&(pid, tid)) {
                    actor.waited(begun, t);
                }
            }
            EventKind::Exit { signal, .. } => {
                if let Some(begun) = waiting.remove(&(pid, tid)) {
                    actor.waited(begun, t);
                }
                actor.died = Some(t);
                actor.killed = *signal;
            }
            EventKind::Stuck { threads, .. } => {
                for thread in threads {
                    self.actor(thread.pid, thread.tid, t).stuck = true;
                }
            }
            EventKind::First { .. }
            | EventKind::Held { .. }
            | EventKind::Preempted { .. }
            | EventKind::Http { .. }
            | EventKind::Zombie { .. } => {}
        }
    }

    /// The thread of this id, which is born now when nobody has heard of it.
    fn actor(&mut self, pid: Pid, tid: Tid, now: VirtualInstant) -> &mut Actor {
        let place = *self.places.entry((pid, tid)).or_insert(self.actors.len());
        if place == self.actors.len() {
            self.actors.push(Actor {
                pid,
                tid,
                parent: None,
                born: now,
                died: None,
                killed: None,
                stuck: false,
                sleeps: Vec::new(),
                waits: Vec::new(),
                lines: Vec::new(),
            });
        }
        &mut self.actors[place]
    }

    /// Everybody, each process's threads together.
    pub(crate) fn actors(&self) -> &[Actor] {
        &self.actors
    }

    /// A process's name: that of the program it last became.
    pub(crate) fn process_name(&self, pid: Pid) -> &str {
        self.names.get(&pid).map_or("?", String::as_str)
    }

    /// A thread as people read it: `python3 12` or, when it is not the process's first, `python3 12/14`.
    pub(crate) fn label(&self, pid: Pid, tid: Tid) -> String {
        let name = self.process_name(pid);
        match (pid, tid) {
            (0, _) => name.to_owned(),
            _ if pid == tid || tid == 0 => format!("{name} {pid}"),
            _ => format!("{name} {pid}/{tid}"),
        }
    }
}

impl Actor {
    fn waited(&mut self, (from, what): (VirtualInstant, Waits), to: VirtualInstant) {
        match what {
            Waits::Time(asked) => self.sleeps.push(Sleep { from, to, asked }),
            Waits::Other(on) => self.waits.push(Wait { from, to, on }),
        }
    }
}

fn base_name(path: &str) -> String {
    let name = Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy());
    harmless(&name)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{event, trace};
    use super::{Cast, Sleep, VirtualInstant};
    use crate::trace::EventKind;

    #[test]
    fn threads_stand_with_their_process_in_order_of_birth() {
        let cast = Cast::of(&trace(vec![
            event(0, 10, 10, EventKind::Process { parent: 0 }),
            event(0, 10, 10, EventKind::Exec { path: "/bin/sh".to_owned() }),
            event(1, 11, 11, EventKind::Process { parent: 10 }),
            event(2, 10, 12, EventKind::Thread { parent: 10 }),
            event(3, 11, 11, EventKind::Exec { path: "/usr/bin/sl\x1beep".to_owned() }),
            event(4, 13, 13, EventKind::Process { parent: 11 }),
        ]));
        let labels: Vec<_> = cast.actors().iter().map(|actor| cast.label(actor.pid, actor.tid)).collect();
        assert_eq!(labels, ["sh 10", "sh 10/12", r"sl\x1beep 11", r"sl\x1beep 13"]);
    }

    #[test]
    fn a_sleep_that_nobody_ended_lasts_to_the_end_of_the_run() {
        let cast = Cast::of(&trace(vec![
            event(1, 10, 10, EventKind::Sleep { ns: 5 }),
            event(6, 10, 10, EventKind::Wake {}),
            event(7, 10, 10, EventKind::Sleep { ns: 900 }),
            event(8, 10, 11, EventKind::Thread { parent: 10 }),
        ]));
        let at = VirtualInstant::from_nanos;
        assert_eq!(
            cast.actors()[0].sleeps,
            [Sleep { from: at(1), to: at(6), asked: 5 }, Sleep { from: at(7), to: at(100), asked: 900 }]
        );
    }

    #[test]
    fn an_id_that_is_given_away_again_is_somebody_else() {
        let exit = EventKind::Exit { code: Some(0), signal: None, cpu: 1 };
        let cast = Cast::of(&trace(vec![
            event(1, 11, 11, EventKind::Process { parent: 10 }),
            event(2, 11, 11, exit.clone()),
            event(3, 11, 11, EventKind::Process { parent: 10 }),
            event(4, 11, 11, exit),
        ]));
        let lives: Vec<_> = cast.actors().iter().map(|actor| (actor.born.as_nanos(), actor.died)).collect();
        assert_eq!(lives, [2, 4].map(|end| (end - 1, Some(VirtualInstant::from_nanos(end)))));
    }

    #[test]
    fn an_engine_that_sees_no_processes_has_one_actor() {
        let line = EventKind::Line { fd: 1, text: "hello".to_owned(), partial: false, lossy: false, cut: false };
        let cast = Cast::of(&trace(vec![event(1, 0, 0, line)]));
        assert_eq!(cast.actors().len(), 1);
        assert_eq!(cast.label(0, 0), "program");
    }
}
