// The page of system calls that every process of this CPU has at one address (vsyscall): it tells the time.
// must: exit 0 or signal 11
use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    // Where the kernel does not offer it, to call it ends the program.
    let time: extern "C" fn(*mut i64) -> i64 = unsafe { std::mem::transmute(0xffff_ffff_ff60_0400_u64 as *const ()) };
    let days = time(std::ptr::null_mut()) / 86_400;
    let known = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64 / 86_400;
    println!("{}", if (days - known).abs() <= 1 { "the same clock" } else { "BREACH: another clock" });
}
