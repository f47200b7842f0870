use crate::trace::EventKind;

/// How much of a line is kept.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// Puts the lines of one stream together, out of pieces that were read at known times.
#[derive(Debug)]
pub(super) struct Lines {
    fd: u8,
    pending: Vec<u8>,
    cut: bool,
    last_byte_at: u64,
}

impl Lines {
    pub(super) const fn new(fd: u8) -> Self {
        Self { fd, pending: Vec::new(), cut: false, last_byte_at: 0 }
    }

    /// Takes a piece that was read at `at`; each line that it completes goes to `out` with that time.
    pub(super) fn push(&mut self, mut piece: &[u8], at: u64, out: &mut Vec<(u64, EventKind)>) {
        self.last_byte_at = at;
        while let Some(newline) = piece.iter().position(|byte| *byte == b'\n') {
            self.keep(&piece[..newline]);
            out.push((at, self.take(false)));
            piece = &piece[newline + 1..];
        }
        self.keep(piece);
    }

    /// The stream ended: what never got its newline is a line, too, with the time of its last byte.
    pub(super) fn finish(&mut self, out: &mut Vec<(u64, EventKind)>) {
        if !self.pending.is_empty() {
            let at = self.last_byte_at;
            out.push((at, self.take(true)));
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = LONGEST_LINE - self.pending.len();
        self.cut |= piece.len() > room;
        self.pending.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn take(&mut self, partial: bool) -> EventKind {
        let mut bytes = std::mem::take(&mut self.pending);
        let cut = std::mem::take(&mut self.cut);
        if let Err(error) = std::str::from_utf8(&bytes)
            && cut
            && error.error_len().is_none()
        {
            // The cut went through a character: that is our doing, not the program's.
            bytes.truncate(error.valid_up_to());
        }
        let (text, lossy) = match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        };
        EventKind::Line { fd: self.fd, text, partial, lossy, cut }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LINE, Lines};
    use crate::trace::EventKind;

    fn lines(pieces: &[(&[u8], u64)]) -> Vec<(u64, EventKind)> {
        let mut lines = Lines::new(1);
        let mut out = Vec::new();
        for (piece, at) in pieces {
            lines.push(piece, *at, &mut out);
        }
        lines.finish(&mut out);
        out
    }

    fn line(text: &str) -> EventKind {
        EventKind::Line { fd: 1, text: text.into(), partial: false, lossy: false, cut: false }
    }

    #[test]
    fn a_line_has_the_time_of_its_newline() {
        let out = lines(&[(b"a", 1), (b"b\n\nc", 2), (b"\n", 3)]);
        assert_eq!(out, [(2, line("ab")), (2, line("")), (3, line("c"))]);
    }

    #[test]
    fn a_line_without_newline_is_partial_and_has_the_time_of_its_last_byte() {
        let out = lines(&[(b"a\nb", 1), (b"c", 5)]);
        let last = EventKind::Line { fd: 1, text: "bc".into(), partial: true, lossy: false, cut: false };
        assert_eq!(out, [(1, line("a")), (5, last)]);
    }

    #[test]
    fn a_character_in_two_pieces_is_whole_and_bad_bytes_are_mended() {
        let out = lines(&[(b"\xd0", 1), (b"\x96\n\xff!\n", 2)]);
        let mended = EventKind::Line { fd: 1, text: "\u{fffd}!".into(), partial: false, lossy: true, cut: false };
        assert_eq!(out, [(2, line("Ж")), (2, mended)]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_two_characters() {
        let long = [vec![b'x'; LONGEST_LINE - 1], "Жtail\nnext\n".into()].concat();
        let out = lines(&[(&long, 1)]);
        let text = "x".repeat(LONGEST_LINE - 1);
        assert_eq!(out[0].1, EventKind::Line { fd: 1, text, partial: false, lossy: false, cut: true });
        assert_eq!(out[1].1, line("next"));
    }
}
