// What a call is to be answered in is taken away by another thread at that moment.
// must: exit 0
// cpu: 20
unsafe extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn munmap(at: *mut u8, length: usize) -> i32;
    fn syscall(number: i64, ...) -> i64;
}

fn main() {
    let place = 0x1000_0000_usize;
    let takes = std::thread::spawn(move || {
        for _ in 0..30_000 {
            unsafe {
                mmap(place as *mut u8, 4096, 3, 0x32, -1, 0);
                munmap(place as *mut u8, 4096);
            }
        }
    });
    let mut answered = 0_u64;
    while !takes.is_finished() {
        // sysinfo, times, clock_gettime, clock_getres, gettimeofday, utimensat, poll, getitimer
        for (number, one, two) in [(99, place, 0), (100, place, 0), (228, 1, place), (229, 1, place), (96, place, 0), (7, place, 0), (36, 0, place)] {
            answered += u64::from(unsafe { syscall(number, one, two, 0_usize, 0_usize) } >= 0);
        }
    }
    takes.join().unwrap();
    println!("done {}", answered > 0);
}
