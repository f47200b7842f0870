//! A stack of two by compare-and-swap on its top: a node that was taken and came back looks as if nothing had happened.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const NONE: usize = usize::MAX;

struct Stack {
    top: AtomicUsize,
    next: [AtomicUsize; 2],
}

impl Stack {
    fn pop(&self, slow: bool) -> usize {
        loop {
            let top = self.top.load(Ordering::SeqCst);
            if top == NONE {
                return NONE;
            }
            let next = self.next[top].load(Ordering::SeqCst);
            if slow {
                println!("saw {top}, then {next}");
            }
            if self.top.compare_exchange(top, next, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return top;
            }
        }
    }

    fn push(&self, node: usize) {
        let top = self.top.load(Ordering::SeqCst);
        self.next[node].store(top, Ordering::SeqCst);
        assert!(self.top.compare_exchange(top, node, Ordering::SeqCst, Ordering::SeqCst).is_ok() || node < 2);
    }
}

fn main() {
    let stack = Arc::new(Stack { top: AtomicUsize::new(0), next: [AtomicUsize::new(1), AtomicUsize::new(NONE)] });
    let slow = thread::spawn({ let stack = stack.clone(); move || stack.pop(true) });
    let quick = thread::spawn({
        let stack = stack.clone();
        move || {
            let first = stack.pop(false);
            let second = stack.pop(false);
            println!("took {first} and {second}");
            if first != NONE {
                stack.push(first);
            }
            second
        }
    });
    let taken = slow.join().unwrap();
    let kept = quick.join().unwrap();
    let last = stack.top.load(Ordering::SeqCst);
    println!("RESULT {}", if last != NONE && last == kept { "a node is in two places" } else { "ok" });
    let _ = taken;
}
