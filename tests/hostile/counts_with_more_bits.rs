// Counts and lengths with bits that the kernel overlooks, or of which it takes less than was said.
// must: exit 0
use std::arch::asm;

unsafe fn call(number: u64, arguments: [u64; 6]) -> i64 {
    let result: i64;
    unsafe {
        asm!("syscall", inlateout("rax") number => result,
            in("rdi") arguments[0], in("rsi") arguments[1], in("rdx") arguments[2], in("r10") arguments[3],
            in("r8") arguments[4], in("r9") arguments[5], lateout("rcx") _, lateout("r11") _);
    }
    result
}

fn main() {
    let line = b"a line past the tracer\n";
    let part = [line.as_ptr() as u64, line.len() as u64];
    let pipe = unsafe { call(2, [c"/proc/self/fd/1".as_ptr() as u64, 0o4000, 0, 0, 0, 0]) };
    for (number, place) in [(20_u64, 0_u64), (328, u64::MAX)] {
        for count in [(1_u64 << 32) + 1, (1 << 63) + 1] {
            let wrote = unsafe { call(number, [1, part.as_ptr() as u64, count, place, place, 0]) };
            let mut back = [0_u8; 64];
            let read = unsafe { call(0, [pipe as u64, back.as_mut_ptr() as u64, 64, 0, 0, 0]) };
            println!("{} {number}: wrote {wrote}, read {read}", if pipe >= 0 && read > 0 { "BREACH: past the tracer" } else { "fine" });
        }
    }
    // Sets of descriptors at the end of what is mapped, and a number of them with more bits.
    unsafe {
        let room = call(9, [0, 8192, 3, 0x22, u64::MAX, 0]) as u64;
        call(11, [room + 4096, 4096, 0, 0, 0, 0]);
        let set = room + 4096 - 8;
        for number in [(1_u64 << 32) + 1, (1 << 32) + 64, 64] {
            let mut time = [1_i64, 0];
            let got = call(23, [number, set, 0, 0, time.as_mut_ptr() as u64, 0]);
            println!("select {number:x}: {got}");
            let got = call(270, [number, set, 0, 0, time.as_mut_ptr() as u64, 0]);
            println!("pselect {number:x}: {got}");
        }
        // Which processors, in a mask that ends with what is mapped.
        let before = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let allowed = |text: &str| text.lines().find(|line| line.starts_with("Cpus_allowed:")).map(str::to_owned);
        *(set as *mut u64) = u64::MAX;
        for length in [8_u64, 128, 1 << 20, (1 << 32) + 8] {
            println!("affinity {length:x}: {}", call(203, [0, length, set, 0, 0, 0]));
        }
        let after = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        println!("{} {:?} {:?}", if allowed(&before) == allowed(&after) { "pinned" } else { "BREACH not pinned" }, allowed(&before), allowed(&after));
    }
}
