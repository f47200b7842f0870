use super::{Policy, Ready, ThreadNumber};

/// Goes on with the thread that ran last; when it waits, with the next one by birth, round and round.
#[derive(Clone, Debug, Default)]
pub struct Natural {
    previous: ThreadNumber,
}

impl Policy for Natural {
    fn choose(&mut self, ready: Ready<'_>) -> ThreadNumber {
        self.previous = continue_or_next(ready, self.previous);
        self.previous
    }
}

/// The choice that is not a forced switch: the thread that ran last, else the next by birth after `previous`.
pub(super) fn continue_or_next(ready: Ready<'_>, previous: ThreadNumber) -> ThreadNumber {
    ready.last.unwrap_or_else(|| {
        let next = ready.threads.iter().copied().find(|thread| *thread > previous);
        next.unwrap_or(ready.threads[0])
    })
}
