//! The HTTP fixture beside the program: traced, so that its delays are virtual, but no part of the verdict.

/// What is known of it.
#[derive(Debug)]
pub(super) struct Fixture {
    pid: i32,
}

impl Fixture {
    pub(super) const fn is(&self, pid: i32) -> bool {
        self.pid == pid
    }

    /// Which of its streams a descriptor is.
    pub(super) fn stream(&self, _number: i32) -> Option<u8> {
        None
    }
}

impl super::world::World<'_> {
    /// The fixture wrote.
    pub(super) fn fixture_said(&mut self, _stream: u8, _bytes: &[u8]) {}
}
