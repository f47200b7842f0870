// The same system calls by other doors: 32 bits by their own interrupt (in a child, as it may kill), and x32's numbers.
// must: exit 0
use std::arch::asm;
use std::process::Command;

fn main() {
    if std::env::args().last().as_deref() == Some("interrupt") {
        let mut time: u64 = 13;
        // `time` of 32 bits.
        unsafe { asm!("push rbx", "xor ebx, ebx", "int 0x80", "pop rbx", inout("rax") time) };
        println!("{}", if (time as i64 as i32) > 0 { "BREACH: a call of 32 bits" } else { "refused" });
        return;
    }
    for number in [0x4000_0000_u64 | 96, 0x4000_0000 | 228, 0x4000_0000 | 101, 0x4000_0000 | 520] {
        let mut room = [0_u64; 4];
        let mut result = number;
        unsafe {
            asm!("syscall", inout("rax") result, in("rdi") 0, in("rsi") room.as_mut_ptr(), in("rdx") 0, out("rcx") _, out("r11") _)
        };
        println!("{}", if (result as i64) >= 0 { "BREACH: a call of x32" } else { "refused" });
    }
    let ended = Command::new("/proc/self/exe").arg("interrupt").status();
    println!("{ended:?}");
}
