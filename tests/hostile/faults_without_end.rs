// Faults that a handler answers by returning to them, in many threads; among them those of reading the counters that are nobody's.
// must: limit cpu
use std::arch::asm;

unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
}

extern "C" fn again(_: i32) {}

fn main() {
    for number in [4, 5, 7, 8, 11] {
        unsafe { signal(number, again as *const () as usize) };
    }
    for kind in 0..6 {
        std::thread::spawn(move || loop {
            match kind {
                0 => unsafe { std::ptr::null_mut::<u8>().write_volatile(1) },
                1 => unsafe { asm!("ud2") },
                2 => unsafe { asm!("int3") },
                3 => unsafe { asm!("rdpmc", in("ecx") 0, out("eax") _, out("edx") _) },
                4 => unsafe { asm!("hlt") },
                _ => unsafe { asm!("int 0x81") },
            }
        });
    }
    std::thread::sleep(std::time::Duration::from_secs(1 << 20));
}
