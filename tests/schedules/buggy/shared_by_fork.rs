//! A process and its forked child add to a word that they share: each reads it and writes what it read, and one more.

use std::sync::atomic::{AtomicI32, Ordering};

unsafe extern "C" {
    fn mmap(address: *mut u8, length: usize, rights: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn fork() -> i32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(code: i32) -> !;
}

fn add(counter: &AtomicI32) {
    for _ in 0..20 {
        let value = counter.load(Ordering::SeqCst);
        counter.store(value + 1, Ordering::SeqCst);
    }
}

fn main() {
    // Readable and writable, shared and anonymous.
    let shared = unsafe { mmap(std::ptr::null_mut(), 4096, 3, 0x21, -1, 0) };
    let counter = unsafe { &*shared.cast::<AtomicI32>() };
    let child = unsafe { fork() };
    add(counter);
    if child == 0 {
        unsafe { _exit(0) };
    }
    unsafe { waitpid(child, std::ptr::null_mut(), 0) };
    match counter.load(Ordering::SeqCst) {
        40 => println!("RESULT ok"),
        other => println!("RESULT {other}"),
    }
}
