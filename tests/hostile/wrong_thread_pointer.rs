// A thread pointer that points nowhere, and selectors that the kernel gives nobody, while clocks are read and calls are made.
// must: exit 0
use std::arch::asm;

unsafe fn call(number: i64, one: u64, two: u64) -> i64 {
    let result: i64;
    unsafe {
        asm!("syscall", inlateout("rax") number => result, in("rdi") one, in("rsi") two, in("rdx") 0_u64, in("r10") 0_u64,
            lateout("rcx") _, lateout("r11") _);
    }
    result
}

fn main() {
    let mut base = 0_u64;
    let mut now = [0_u64; 2];
    let time = [0_u64, 1000];
    unsafe { call(158, 0x1003, &raw mut base as u64) };
    for wrong in [0, 1, u64::MAX >> 17, 4096] {
        unsafe {
            call(158, 0x1002, wrong);
            for _ in 0..50 {
                call(228, 1, now.as_mut_ptr() as u64);
            }
            call(35, time.as_ptr() as u64, 0);
            call(158, 0x1001, wrong);
            call(228, 0, now.as_mut_ptr() as u64);
            call(158, 0x1002, base);
        }
    }
    unsafe { asm!("mov {0:e}, 0x2b", "mov ds, {0:e}", "mov es, {0:e}", out(reg) _) };
    println!("done {}", now[0] > 1_700_000_000);
}
