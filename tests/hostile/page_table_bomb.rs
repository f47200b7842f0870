// Memory that only the kernel's tables take: one page in each two megabytes is read, never written.
// must: limit memory
// cpu: 20
unsafe extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
}

fn main() {
    let mut sum = 0_u64;
    let mut touched = 0_u64;
    for _ in 0..60 {
        let length = 1 << 40;
        let at = unsafe { mmap(std::ptr::null_mut(), length, 1, 0x4022, -1, 0) };
        if at as isize == -1 {
            break;
        }
        for offset in (0..length).step_by(2 << 20) {
            sum += u64::from(unsafe { at.add(offset).read_volatile() });
            touched += 1;
        }
        if touched * 4096 > 2 << 30 {
            println!("BREACH {} MiB of tables {sum}", touched >> 8);
            break;
        }
    }
}
