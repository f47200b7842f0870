// One thread changes modes and times of a file of the run's own, while another puts the name of one outside in its place, another
// file at the descriptor, and the name where no memory was.
// must: exit 0
// cpu: 20
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

extern "C" {
    fn chmod(path: *const u8, mode: u32) -> i32;
    fn fchmod(number: i32, mode: u32) -> i32;
    fn utimes(path: *const u8, times: *const [i64; 4]) -> i32;
    fn futimens(number: i32, times: *const [i64; 4]) -> i32;
    fn dup2(one: i32, other: i32) -> i32;
    fn write(number: i32, bytes: *const u8, length: usize) -> isize;
    fn mmap(at: *mut u8, length: usize, rights: i32, flags: i32, file: i32, offset: i64) -> *mut u8;
    fn munmap(at: *mut u8, length: usize) -> i32;
}

type State = Vec<(u32, i64, i64)>;

fn main() {
    let arguments: Vec<_> = std::env::args_os().collect();
    let secret = [b"/", arguments[1].as_bytes()].concat();
    let program = fs::read_link("/proc/self/exe").unwrap();
    let outside = [program.clone(), std::path::PathBuf::from(std::ffi::OsStr::from_bytes(&secret))];
    let state = || -> State {
        let known = outside.iter().filter_map(|path| fs::metadata(path).ok());
        known.map(|data| (data.mode(), data.mtime(), data.mtime_nsec())).collect()
    };
    let before = state();

    let mut own = [0_u8; 256];
    own[..3].copy_from_slice(b"own");
    File::create("own").unwrap();
    let mut other = [0_u8; 256];
    other[..secret.len()].copy_from_slice(&secret);
    let place: &'static mut [u8; 256] = Box::leak(Box::new(own));
    let at = place.as_mut_ptr() as usize;

    // At one number, in turn: a file of its own to write to, the program itself to read, and the other's by its path alone.
    let mine = File::options().read(true).write(true).open("own").unwrap();
    let theirs = File::open(&program).unwrap();
    let path_alone = File::options().read(true).custom_flags(0o10000000).open(&outside[1]);
    let slot = mine.try_clone().unwrap().as_raw_fd() + 100;
    unsafe { dup2(mine.as_raw_fd(), slot) };

    static DONE: AtomicBool = AtomicBool::new(false);
    let flipper = thread::spawn(move || {
        let page = 0x1234_0000 as *mut u8;
        while !DONE.load(Ordering::Relaxed) {
            for _ in 0..20 {
                unsafe { std::ptr::copy_nonoverlapping(other.as_ptr(), at as *mut u8, 256) };
                thread::yield_now();
                unsafe { std::ptr::copy_nonoverlapping(own.as_ptr(), at as *mut u8, 256) };
            }
            unsafe {
                dup2(theirs.as_raw_fd(), slot);
                dup2(mine.as_raw_fd(), slot);
                if let Ok(alone) = &path_alone {
                    dup2(alone.as_raw_fd(), slot);
                    dup2(mine.as_raw_fd(), slot);
                }
                // Private, of its own, exactly there.
                let made = mmap(page, 4096, 3, 0x32, -1, 0);
                if made == page {
                    std::ptr::copy_nonoverlapping(other.as_ptr(), page, 256);
                    munmap(page, 4096);
                }
            }
            thread::yield_now();
        }
    });
    let page = 0x1234_0000 as *const u8;
    let early = [1000_i64, 0, 1000, 0];
    for _ in 0..400 {
        unsafe {
            for path in [at as *const u8, page] {
                chmod(path, 0o640);
                utimes(path, &early);
            }
            fchmod(slot, 0o604);
            futimens(slot, &early);
            write(slot, b"x".as_ptr(), 1);
        }
    }
    DONE.store(true, Ordering::Relaxed);
    flipper.join().unwrap();
    let after = state();
    println!("{}", if before == after { "done" } else { "BREACH" });
}
