// vfork, and clones that share memory, files or signal handlers without being threads, in all mixtures that the kernel takes.
// must: exit 0
// cpu: 20
use std::arch::asm;

fn main() {
    let mut stack = vec![0_u128; 1 << 12];
    let mut made = 0;
    for flags in 0..64_u64 {
        // CLONE_VM, FS, FILES, SIGHAND, VFORK, PARENT
        let bits = [0x100, 0x200, 0x400, 0x800, 0x4000, 0x8000];
        let flags = (0..6).filter(|bit| flags >> bit & 1 == 1).map(|bit| bits[bit]).sum::<u64>();
        for signal in [0_u64, 17, 28] {
            let top = stack.as_mut_ptr_range().end as u64 - 64;
            let stack_at = if flags & 0x100 != 0 { top } else { 0 };
            let result: i64;
            unsafe {
                asm!(
                    "syscall", "test rax, rax", "jnz 2f",
                    // The child: sleeps a little, says nothing, goes.
                    "sub rsp, 32", "mov qword ptr [rsp], 0", "mov qword ptr [rsp + 8], 100000",
                    "mov rdi, rsp", "xor esi, esi", "mov eax, 35", "syscall",
                    "mov edi, 0", "mov eax, 60", "syscall", "ud2",
                    "2:",
                    inlateout("rax") 56_i64 => result, in("rdi") flags | signal, in("rsi") stack_at, in("rdx") 0_u64, in("r10") 0_u64,
                    in("r8") 0_u64, lateout("rcx") _, lateout("r11") _);
            }
            if result > 0 {
                made += 1;
                let mut status = 0_i32;
                unsafe {
                    asm!("syscall", inlateout("rax") 61_i64 => _, in("rdi") result, in("rsi") &raw mut status, in("rdx") 0x4000_0000_u64,
                        in("r10") 0_u64, lateout("rcx") _, lateout("r11") _);
                }
                // A brother, whom the init collects, may still stand on the stack.
                if flags & 0x8000 != 0 {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
            }
        }
    }
    println!("done {}", made > 50);
}
