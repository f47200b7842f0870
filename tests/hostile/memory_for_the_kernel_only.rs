// What a call names stands in memory that the kernel reads and others may not (writable, or executable, and not readable).
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
    let pipe = unsafe { syscall(2, c"/proc/self/fd/1".as_ptr(), 0o4000) };
    for protection in [2, 4] {
        let room = unsafe { mmap(std::ptr::null_mut(), 4096, 3, 0x22, -1, 0) };
        let words = room.cast::<[u64; 8]>();
        let line = unsafe { room.add(2048) };
        unsafe {
            words.write([2, 0, line as u64, 5, 0, 0, 2, 0]);
            line.copy_from(b"line\n".as_ptr(), 5);
            mprotect(room, 4096, protection);
        }
        let parts = unsafe { room.add(16) };
        // write, writev, and the same with the parts in memory of all.
        let open = [line as u64, 5];
        let wrote = unsafe { [syscall(1, 1, line, 5), syscall(20, 1, parts, 1), syscall(20, 1, open.as_ptr(), 1)] };
        let mut back = [0_u8; 64];
        let read = unsafe { syscall(0, pipe, back.as_mut_ptr(), 64) };
        println!("\n{} {wrote:?}, {read} in the pipe", if pipe >= 0 && read > 0 { "BREACH: past the tracer" } else { "fine:" });
        let before = now();
        let slept = unsafe { syscall(35, room, 0) };
        println!("{} {slept}", if slept == 0 && now() - before < 2 { "BREACH: a sleep in no time" } else { "fine:" });
        let before = now();
        let polled = unsafe { syscall(271, 0, 0, room, 0, 8) };
        println!("{} {polled}", if polled == 0 && now() - before < 2 { "BREACH: a poll in no time" } else { "fine:" });
        let word = 0_u32;
        let before = now();
        let waited = unsafe { syscall(202, &raw const word, 0, 0, room, 0, 0) };
        let errno = std::io::Error::last_os_error().raw_os_error();
        println!("{} {waited} {errno:?}", if errno == Some(110) && now() - before < 2 { "BREACH: a wait in no time" } else { "fine:" });
    }
}
