// The number of a timer is written where nobody reads it, and its description is not there when it is looked at.
// must: exit 0
unsafe extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn mprotect(at: *mut u8, length: usize, protection: i32) -> i32;
    fn syscall(number: i64, ...) -> i64;
}

fn now() -> i64 {
    let mut time = [0_i64; 2];
    unsafe { syscall(228, 1, time.as_mut_ptr()) };
    time[0]
}

fn main() {
    unsafe {
        let room = mmap(std::ptr::null_mut(), 8192, 3, 0x22, -1, 0);
        mprotect(room, 4096, 2);
        // A signal that is ignored by default, and half of a description.
        let description = [0_i32, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        println!("made: {}", syscall(222, 1, description.as_ptr(), room));
        println!("half: {}", syscall(222, 1, room.add(4096 - 12), room.add(4096)));
        mprotect(room, 4096, 3);
        let number = *room.cast::<i32>();
        let span = [0_i64, 0, 2, 0];
        let set = syscall(223, number, 0, span.as_ptr(), 0);
        println!("set: {set}");
        let mut left = [0_i64; 4];
        let told = syscall(224, number, left.as_mut_ptr());
        // By the kernel's own time it goes on while nobody's else does.
        let before = now();
        syscall(35, [5_i64, 0].as_ptr(), 0);
        syscall(224, number, left.as_mut_ptr());
        println!("{} {left:?} after {} s", if told == 0 && left[2..] != [0, 0] { "BREACH: a timer of the machine's" } else { "fine:" }, now() - before);
        // One of CPU time is the kernel's, and may be set.
        let mut own = 0_i32;
        println!("{}", if syscall(222, 2, description.as_ptr(), &raw mut own) == 0 && syscall(223, own, 0, span.as_ptr(), 0) == 0 { "has one of CPU time" } else { "BREACH" });
    }
}
