use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::cast::{Actor, Cast};
use crate::clock::{VirtualDuration, VirtualInstant};

/// More lanes than this are counted, not drawn.
const MOST_LANES: usize = 64;
/// A timeline is drawn at least and at most so wide, in columns.
const WIDTHS: (usize, usize) = (20, 160);
/// A lane's label takes no more columns than this.
const WIDEST_LABEL: usize = 32;

const AWAKE: char = '━';
const ASLEEP: char = '─';
const WAITS: char = '╌';
const LINE: char = '●';
const ERROR_LINE: char = '○';
const KILLED: char = '✗';
const STUCK: char = '!';

/// Draws one lane for each thread, from left to right in virtual time, under an axis. The drawing is `width` columns
/// wide, the labels included.
pub(crate) fn lanes(cast: &Cast, width: usize) -> String {
    let drawn = &cast.actors()[..cast.actors().len().min(MOST_LANES)];
    let labels: Vec<String> = drawn.iter().map(|actor| shortened(&cast.label(actor.pid, actor.tid))).collect();
    let label_width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let columns = width.saturating_sub(label_width + 2).clamp(WIDTHS.0, WIDTHS.1);
    let scale = Scale { end: cast.end.as_nanos().max(1), columns };

    let mut out = scale.axis(label_width + 2);
    let mut used = String::new();
    for (actor, label) in drawn.iter().zip(&labels) {
        let lane = scale.lane(actor, cast.end);
        used.push_str(&lane);
        let padding = " ".repeat(label_width - label.width() + 2);
        let _infallible = writeln!(out, "{label}{padding}{}", lane.trim_end());
    }
    let hidden = cast.actors().len() - drawn.len();
    if hidden > 0 {
        let _infallible = writeln!(out, "… and {hidden} more");
    }
    let legend: Vec<String> = [
        (AWAKE, "awake"),
        (ASLEEP, "in a timed wait"),
        (WAITS, "waits for another thread"),
        (LINE, "a line"),
        (ERROR_LINE, "a line on standard error"),
        (KILLED, "killed"),
        (STUCK, "stuck"),
    ]
    .iter()
    .filter(|(mark, _)| used.contains(*mark))
    .map(|(mark, meaning)| format!("{mark} {meaning}"))
    .collect();
    let _infallible = writeln!(out, "{}", legend.join("   "));
    out
}

fn shortened(label: &str) -> String {
    if label.width() <= WIDEST_LABEL {
        return label.to_owned();
    }
    // The ids at the end tell lanes apart.
    let (name, ids) = label.rsplit_once(' ').unwrap_or((label, ""));
    let mut short = String::new();
    for character in name.chars() {
        if short.width() + ids.width() + 4 > WIDEST_LABEL {
            break;
        }
        short.push(character);
    }
    format!("{short}… {ids}")
}

/// How virtual time is laid on columns.
struct Scale {
    end: u64,
    columns: usize,
}

impl Scale {
    fn column(&self, at: VirtualInstant) -> usize {
        let last = self.columns as u128 - 1;
        let column = u128::from(at.as_nanos().min(self.end)) * last / u128::from(self.end);
        usize::try_from(column).expect("a column of the lane")
    }

    /// Two rows: what the ticks say, and the ticks.
    fn axis(&self, indent: usize) -> String {
        let step = self.step();
        let mut words = String::new();
        let mut ticks = String::new();
        let mut at = 0;
        while at <= self.end {
            let column = self.column(VirtualInstant::from_nanos(at));
            let word = VirtualDuration::from_nanos(at).to_string();
            if column >= words.width() {
                words.push_str(&" ".repeat(column - words.width()));
                words.push_str(&word);
            }
            let rule = column.saturating_sub(ticks.chars().count());
            ticks.extend(std::iter::repeat_n('╌', rule));
            ticks.push('┼');
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        let rest = self.columns.saturating_sub(ticks.chars().count());
        ticks.extend(std::iter::repeat_n('╌', rest));
        let indent = " ".repeat(indent);
        format!("{indent}{}\n{indent}{ticks}\n", words.trim_end())
    }

    /// The time between two ticks: 1, 2 or 5 of a power of ten, so that ticks stand some twelve columns apart.
    fn step(&self) -> u64 {
        let most = u64::try_from(self.columns / 12).unwrap_or(1).max(1);
        let rough = self.end.div_ceil(most).max(1);
        let mut power: u64 = 1;
        loop {
            for factor in [1, 2, 5] {
                match power.checked_mul(factor) {
                    Some(step) if step >= rough => return step,
                    Some(_) => {}
                    None => return u64::MAX,
                }
            }
            let Some(next) = power.checked_mul(10) else { return u64::MAX };
            power = next;
        }
    }

    fn lane(&self, actor: &Actor, end: VirtualInstant) -> String {
        let mut cells = vec![' '; self.columns];
        let (first, last) = (self.column(actor.born), self.column(actor.died.unwrap_or(end)));
        cells[first..=last.max(first)].fill(AWAKE);
        for sleep in &actor.sleeps {
            let (from, to) = (self.column(sleep.from), self.column(sleep.to));
            if from + 1 < to {
                cells[from + 1..to].fill(ASLEEP);
            }
        }
        for wait in &actor.waits {
            let (from, to) = (self.column(wait.from), self.column(wait.to));
            if from + 1 < to {
                cells[from + 1..to].fill(WAITS);
            }
        }
        if actor.stuck {
            cells[last] = STUCK;
        }
        for &(at, fd) in &actor.lines {
            let cell = &mut cells[self.column(at)];
            if *cell != LINE {
                *cell = if fd == 1 { LINE } else { ERROR_LINE };
            }
        }
        if actor.killed.is_some() {
            cells[last] = KILLED;
        }
        cells.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use unicode_width::UnicodeWidthStr;

    use super::super::cast::Cast;
    use super::super::samples::{event, line, trace};
    use super::lanes;
    use crate::trace::EventKind;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn threads_are_lanes_under_an_axis() {
        let cast = Cast::of(&trace(vec![
            event(0, 7, 7, EventKind::Process { parent: 0 }),
            event(0, 7, 8, EventKind::Thread { parent: 7 }),
            event(0, 7, 8, EventKind::Sleep { ns: 2 * SECOND }),
            event(SECOND, 9, 9, EventKind::Process { parent: 7 }),
            event(2 * SECOND, 7, 8, EventKind::Wake {}),
            line(2 * SECOND, 7, 8, "done"),
            event(3 * SECOND, 9, 9, EventKind::Exit { code: None, signal: Some(9), cpu: 5 }),
            event(4 * SECOND, 7, 7, EventKind::Exit { code: Some(0), signal: None, cpu: 5 }),
        ]));
        let expected = "
             0 s            1 s            2 s            3 s            4 s
             ┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼
program 7    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
program 7/8  ━─────────────────────────────●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
program 9                   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━✗
━ awake   ─ in a timed wait   ● a line   ✗ killed
";
        let drawn = lanes(&cast, 74);
        assert_eq!(format!("\n{drawn}"), expected, "{drawn}");
    }

    #[test]
    fn a_crowd_is_counted() {
        let crowd = (1..=100).map(|tid| event(1, 1, tid, EventKind::Thread { parent: 1 })).collect();
        assert!(lanes(&Cast::of(&trace(crowd)), 80).contains("… and 36 more"));
    }

    proptest! {
        #[test]
        fn a_drawing_is_no_wider_than_asked(width in 60..200_usize, end in any::<u64>(), name in "[a-z結]{0,60}") {
            let cast = Cast::of(&trace(vec![
                event(0, 7, 7, EventKind::Exec { path: name }),
                event(end / 2, 7, 8, EventKind::Thread { parent: 7 }),
                event(end, 7, 8, EventKind::Exit { code: None, signal: None, cpu: 5 }),
            ]));
            for row in lanes(&cast, width).lines().skip(1) {
                assert!(row.width() <= width.max(68), "{row}");
            }
        }
    }
}
