//! The first thread ends while others go on: the process lives until the last of them is done.
use std::ffi::c_long;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

static DONE: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
}

fn main() {
    for _ in 0..3 {
        thread::spawn(|| {
            thread::sleep(Duration::from_millis(2));
            if DONE.fetch_add(1, Ordering::SeqCst) == 2 {
                println!("RESULT ok");
            }
        });
    }
    // `exit`: of this thread alone.
    unsafe { syscall(60, 0) };
}
