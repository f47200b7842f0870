// Calls by a thread whose stack pointer points nowhere, or to the last byte there is.
// must: exit 0
use std::arch::asm;

unsafe fn call_with_stack(stack: u64, number: i64, one: u64, two: u64, three: u64) -> i64 {
    let result: i64;
    unsafe {
        asm!("mov r12, rsp", "mov rsp, r13", "syscall", "mov rsp, r12", inlateout("rax") number => result,
            in("rdi") one, in("rsi") two, in("rdx") three, in("r10") 0_u64, in("r8") 0_u64, in("r9") 0_u64,
            in("r13") stack, out("r12") _, lateout("rcx") _, lateout("r11") _);
    }
    result
}

fn main() {
    let time = [0_u64, 1_000_000];
    let mut room = [0_u64; 8];
    let word = 5_u32;
    let room_at = room.as_mut_ptr() as u64;
    for stack in [0, 8, 16, 127, 128, 200, u64::MAX, u64::MAX - 7, 0x8000_0000_0000, 0xffff_8000_0000_0000, 4096] {
        for (number, one, two, three) in [
            (228, 1, room_at, 0),                   // clock_gettime
            (35, time.as_ptr() as u64, 0, 0),       // nanosleep
            (230, 1, 0, time.as_ptr() as u64),      // clock_nanosleep
            (202, &raw const word as u64, 0, 4),    // futex: not the value
            (41, 1, 1, 0),                          // socket
            (41, 2, 1, 0),
            (283, 1, 0, 0),                         // timerfd_create
            (289, u64::MAX, room_at, 8),            // signalfd4
            (7, 0, 0, 1),                           // poll
            (1, 1, c".".as_ptr() as u64, 1),        // write
            (222, 0, 0, room_at),                   // timer_create
            (59, c"/".as_ptr() as u64, 0, 0),       // execve, of a folder
            (39, 0, 0, 0),
        ] {
            unsafe { call_with_stack(stack, number, one, two, three) };
        }
    }
    println!("\ndone {}", room[0] < 1 << 40);
}
