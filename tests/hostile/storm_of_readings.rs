// Threads that read the cycle counter, each reading a stop, without end.
// must: limit cpu
fn main() {
    for _ in 0..8 {
        std::thread::spawn(|| {
            let mut sum = 0_u64;
            loop {
                sum = sum.wrapping_add(unsafe { core::arch::x86_64::_rdtsc() });
                std::hint::black_box(sum);
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_secs(1 << 20));
}
