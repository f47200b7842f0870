// Each child is made by vfork, and makes the next, while its parent stands still.
// must: limit processes or limit cpu or exit 0
use std::arch::asm;

fn main() {
    let mut made = 0_u64;
    loop {
        let result: i64;
        unsafe { asm!("syscall", inlateout("rax") 58_i64 => result, lateout("rcx") _, lateout("r11") _) };
        if result < 0 {
            unsafe { asm!("syscall", in("rax") 231, in("rdi") 0, options(noreturn)) };
        }
        made += 1;
        if made > 100_000 {
            println!("BREACH");
        }
    }
}
