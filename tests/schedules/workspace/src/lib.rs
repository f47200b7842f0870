//! A bank whose accounts lose deposits: what is read is written back later.

use std::sync::atomic::{AtomicU64, Ordering};

/// An account.
#[derive(Default)]
pub struct Account(AtomicU64);

impl Account {
    /// Pays in, in two steps.
    #[inline(never)]
    pub fn deposit(&self, amount: u64) {
        let before = self.0.load(Ordering::SeqCst);
        self.0.store(before + amount, Ordering::SeqCst);
    }

    /// Pays in, in one.
    #[inline(never)]
    pub fn deposit_at_once(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::SeqCst);
    }

    /// What is on it.
    pub fn balance(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
