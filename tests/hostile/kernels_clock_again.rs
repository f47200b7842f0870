// The kernel's own vDSO, mapped once more, would tell the machine's time without a call.
// must: exit 0
use std::arch::asm;

fn arch_prctl(code: u64, argument: u64) -> i64 {
    let result: i64;
    unsafe {
        asm!("syscall", inlateout("rax") 158_i64 => result, in("rdi") code, in("rsi") argument, lateout("rcx") _, lateout("r11") _);
    }
    result
}

fn main() {
    for (name, code) in [("x32", 0x2001), ("32", 0x2002), ("64", 0x2003)] {
        let result = arch_prctl(code, 0x1000_0000);
        println!("{} {name} {result}", if result >= 0 || result == -17 { "BREACH" } else { "refused" });
    }
    // Bits of an address that the processor, and the kernel, would overlook, and the tracer not.
    println!("{}", if arch_prctl(0x4002, 6) == 0 { "BREACH tagged addresses" } else { "refused" });
    // What programs do need.
    let mut base = 0_u64;
    println!("{}", if arch_prctl(0x1003, &raw mut base as u64) == 0 && base != 0 { "has its thread pointer" } else { "BREACH" });
}
