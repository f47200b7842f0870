// The first thread ends by itself: what is told of the process under its number is nothing then. Another takes the memory.
// must: limit memory
// cpu: 20
use std::arch::asm;

fn main() {
    std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let mut all = Vec::new();
        // Above the limit of 256 MiB, and below what a process may ask for by itself.
        for _ in 0..28 {
            all.push(vec![1_u8; 32 << 20]);
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let began = std::time::Instant::now();
        let mut sum = 0_u64;
        while began.elapsed() < std::time::Duration::from_secs(8) {
            sum += u64::from(all[sum as usize % all.len()][0]);
        }
        println!("BREACH it has {} MiB {sum}", all.len() * 32);
    });
    unsafe { asm!("syscall", in("rax") 60, in("rdi") 0, options(noreturn)) };
}
