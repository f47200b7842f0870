use std::collections::BTreeMap;

use crate::trace::EventKind;

/// Longer lines are cut: the rest of a line is counted but not kept.
const LONGEST: usize = 16 << 10;

/// Puts the program's output together to lines: one unfinished line for each stream and thread, so that the halves of two
/// threads never mix.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: BTreeMap<(i32, u8), Line>,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    cut: bool,
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.bytes.len());
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn finish(self, fd: u8, partial: bool) -> EventKind {
        let (text, lossy) = match String::from_utf8(self.bytes) {
            Ok(text) => (text, false),
            // A cut may fall inside a character: that is not the program's fault.
            Err(error) if self.cut && error.utf8_error().error_len().is_none() => {
                let whole = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(&error.into_bytes()[..whole]).into_owned(), false)
            }
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        };
        EventKind::Line { fd, text, partial, lossy, cut: self.cut }
    }
}

impl Lines {
    /// How many bytes were written in all.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Thread `tid` wrote `bytes` to stream `fd`; the lines that this ends, in order.
    pub(super) fn write(&mut self, tid: i32, fd: u8, bytes: &[u8]) -> Vec<EventKind> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut ended = Vec::new();
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            let mut line = self.unfinished.remove(&(tid, fd)).unwrap_or_default();
            line.push(&rest[..at]);
            ended.push(line.finish(fd, false));
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            self.unfinished.entry((tid, fd)).or_default().push(rest);
        }
        ended
    }

    /// Whether thread `tid` is in the middle of a line.
    pub(super) fn is_unfinished(&self, tid: i32, fd: u8) -> bool {
        self.unfinished.contains_key(&(tid, fd))
    }

    /// Thread `tid` writes no more: what it left unfinished.
    pub(super) fn end(&mut self, tid: i32) -> Vec<EventKind> {
        [1, 2].into_iter().filter_map(|fd| Some(self.unfinished.remove(&(tid, fd))?.finish(fd, true))).collect()
    }

    /// Everything that is unfinished: the thread, and what it left.
    pub(super) fn end_all(&mut self) -> Vec<(i32, EventKind)> {
        let unfinished = std::mem::take(&mut self.unfinished);
        unfinished.into_iter().map(|((tid, fd), line)| (tid, line.finish(fd, true))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines};
    use crate::trace::EventKind;

    fn texts(events: Vec<EventKind>) -> Vec<(String, bool, bool, bool)> {
        let text = |event| match event {
            EventKind::Line { text, partial, lossy, cut, .. } => (text, partial, lossy, cut),
            other => panic!("no line: {other:?}"),
        };
        events.into_iter().map(text).collect()
    }

    fn plain(text: &str) -> (String, bool, bool, bool) {
        (text.to_owned(), false, false, false)
    }

    #[test]
    fn halves_of_two_threads_do_not_mix() {
        let mut lines = Lines::default();
        assert!(lines.write(1, 1, b"from on").is_empty());
        assert_eq!(texts(lines.write(2, 1, b"from two\n\n")), [plain("from two"), plain("")]);
        assert_eq!(texts(lines.write(1, 1, b"e\nrest")), [plain("from one")]);
        assert_eq!(texts(lines.end(1)), [("rest".to_owned(), true, false, false)]);
        assert!(lines.end(1).is_empty());
    }

    #[test]
    fn what_is_no_utf_8_is_mended_and_said() {
        let mut lines = Lines::default();
        assert_eq!(texts(lines.write(1, 2, b"a\xffb\n")), [("a\u{fffd}b".to_owned(), false, true, false)]);
    }

    #[test]
    fn a_line_without_end_is_cut_but_counted() {
        let mut lines = Lines::default();
        lines.write(1, 1, "é".repeat(LONGEST).as_bytes());
        let ended = texts(lines.write(1, 1, b"\n"));
        assert_eq!((ended[0].0.len(), ended[0].3), (LONGEST, true));
        assert_eq!(lines.bytes(), 2 * LONGEST as u64 + 1);
    }
}
