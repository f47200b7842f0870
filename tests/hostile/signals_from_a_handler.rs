// Ignores every signal, and sends them to its group.
// must: signal 9
use std::time::Duration;

extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn kill(pid: i32, number: i32) -> i32;
}

fn main() {
    for number in 1..32 {
        // Ignored, all that can be.
        unsafe { signal(number, 1) };
    }
    for number in [1, 2, 3, 13, 14, 15] {
        unsafe { kill(0, number) };
    }
    std::thread::sleep(Duration::from_secs(1));
    unsafe { kill(std::process::id() as i32, 9) };
}
