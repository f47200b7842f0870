// The cycle counter is a clock, and it is not the machine's: a second that was slept in no time is a second to it.
// must: exit 0
use std::thread;
use std::time::Duration;

fn main() {
    let before = unsafe { core::arch::x86_64::_rdtsc() };
    thread::sleep(Duration::from_secs(1));
    let after = unsafe { core::arch::x86_64::_rdtsc() };
    println!("{}", if after - before >= 1_000_000_000 { "a second" } else { "BREACH: no second" });
    // It cannot be had back: prctl(PR_SET_TSC, PR_TSC_ENABLE).
    unsafe extern "C" {
        fn prctl(option: i32, ...) -> i32;
    }
    println!("{}", if unsafe { prctl(26, 1, 0, 0, 0) } == 0 { "BREACH: the machine's counter" } else { "refused" });
}
