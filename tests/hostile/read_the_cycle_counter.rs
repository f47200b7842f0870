// The cycle counter is a clock that cannot be taken away.
// must: exit 0
use std::thread;
use std::time::Duration;

fn main() {
    let before = unsafe { core::arch::x86_64::_rdtsc() };
    thread::sleep(Duration::from_secs(1));
    let after = unsafe { core::arch::x86_64::_rdtsc() };
    // A counter of the machine's own: it shows that the second was no second. It is no way out, and no verdict hangs on it.
    println!("{}", if after > before { "counts on" } else { "stands" });
}
