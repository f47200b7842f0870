// Fills the folder through memory, where no call can tell it that there is no more room.
// must: signal 7
// rung: namespaces
// refused: it used all of its 64 MiB of files
use std::fs::File;
use std::os::fd::AsRawFd;

extern "C" {
    fn mmap(at: *mut u8, length: usize, protection: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
}

fn main() {
    for number in 0..4 {
        let file = File::options().create(true).read(true).write(true).open(format!("file{number}")).unwrap();
        file.set_len(32 << 20).unwrap();
        let at = unsafe { mmap(std::ptr::null_mut(), 32 << 20, 3, 1, file.as_raw_fd(), 0) };
        for page in 0..(32 << 20) / 4096 {
            unsafe { at.add(page * 4096).write_volatile(1) };
        }
    }
}
