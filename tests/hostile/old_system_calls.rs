// System calls of the 32-bit table, which a filter by number would mistake.
// must: signal 31
use std::arch::asm;

fn main() {
    let result: i64;
    // getpid of the 32-bit table.
    unsafe { asm!("int 0x80", inlateout("rax") 20_i64 => result) };
    println!("BREACH {result}");
}
