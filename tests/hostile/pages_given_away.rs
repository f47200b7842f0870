// One byte of each large page is given to a pipe, and the page unmapped: the pipe keeps all of it, and nobody holds it.
// must: exit 0
// cpu: 20
unsafe extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn munmap(at: *mut u8, length: usize) -> i32;
    fn madvise(at: *mut u8, length: usize, advice: i32) -> i32;
    fn pipe(ends: *mut i32) -> i32;
    fn syscall(number: i64, ...) -> i64;
}

#[repr(C)]
struct Part(*mut u8, usize);

const LARGE: usize = 2 << 20;

fn main() {
    let mut given = 0;
    for _ in 0..40 {
        let mut ends = [0; 2];
        if unsafe { pipe(ends.as_mut_ptr()) } != 0 {
            break;
        }
        for _ in 0..16 {
            unsafe {
                let room = mmap(std::ptr::null_mut(), 2 * LARGE, 3, 0x22, -1, 0);
                let page = ((room as usize + LARGE - 1) & !(LARGE - 1)) as *mut u8;
                madvise(page, LARGE, 14);
                page.write_bytes(1, LARGE);
                let part = Part(page, 1);
                given += usize::from(syscall(278, ends[1], &raw const part, 1_usize, 2) == 1);
                munmap(room, 2 * LARGE);
            }
        }
    }
    println!("{} {given}", if given > 0 { "BREACH" } else { "refused" });
}
