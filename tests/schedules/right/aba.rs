//! The same stack behind a lock.
use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let stack = Arc::new(Mutex::new(vec![1_usize, 0]));
    let slow = thread::spawn({
        let stack = stack.clone();
        move || {
            let mut stack = stack.lock().unwrap();
            println!("saw {}", stack.len());
            stack.pop()
        }
    });
    let quick = thread::spawn({
        let stack = stack.clone();
        move || {
            let (first, second) = { let mut stack = stack.lock().unwrap(); (stack.pop(), stack.pop()) };
            println!("took two");
            if let Some(first) = first {
                stack.lock().unwrap().push(first);
            }
            second
        }
    });
    slow.join().unwrap();
    let kept = quick.join().unwrap();
    let stack = stack.lock().unwrap();
    println!("RESULT {}", if kept.is_some() && stack.last() == kept.as_ref() { "a node is in two places" } else { "ok" });
}
