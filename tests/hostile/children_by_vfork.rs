// A child that borrows its parent's memory and never gives it back: it sleeps, it is stopped, it is killed, its parent is.
// must: exit 0
use std::arch::asm;
unsafe extern "C" { fn fork() -> i32; fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32; fn kill(pid: i32, signal: i32) -> i32; fn usleep(micros: u32) -> i32; fn _exit(code: i32) -> !; fn getppid() -> i32; }
unsafe fn vfork_and(number: u64, one: u64, two: u64) {
    unsafe { asm!("mov eax, 58", "syscall", "test eax, eax", "jnz 2f", "mov rax, {number}", "mov rdi, {one}", "mov rsi, {two}", "syscall", "mov eax, 60", "mov edi, 0", "syscall", "2:",
        number = in(reg) number, one = in(reg) one, two = in(reg) two, out("rax") _, out("rdi") _, out("rsi") _, out("rcx") _, out("r11") _) };
}
fn main() {
    let span = [2_i64, 0];
    unsafe {
        // Asleep; and stopped by itself, so that its parent's parent lets it go on or kills.
        vfork_and(35, span.as_ptr() as u64, 0);
        for signal in [9, 15, 18] {
            let child = fork();
            if child == 0 {
                vfork_and(34, 0, 0);
                _exit(0);
            }
            usleep(50_000);
            kill(child, signal);
            usleep(50_000);
            kill(child, 9);
            let mut status = 0;
            println!("{}", waitpid(child, &mut status, 0) == child);
        }
    }
    println!("done");
}
