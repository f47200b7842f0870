// A race, in a copy of itself that is called like an interpreter: threads of those are explored by their scripts only.
// must: exit 0
// shown: 100 RESULT made twice
use std::os::unix::process::CommandExt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::{env, fs, process, thread};

static READY: AtomicBool = AtomicBool::new(false);
static MADE: AtomicU32 = AtomicU32::new(0);

fn main() {
    let copy = env::current_dir().unwrap().join("python3");
    let own = env::current_exe().unwrap();
    if own != copy {
        fs::copy(own, &copy).unwrap();
        panic!("{}", process::Command::new(copy).exec());
    }
    let get = || {
        if !READY.load(Ordering::Acquire) {
            MADE.fetch_add(1, Ordering::Relaxed);
            READY.store(true, Ordering::Release);
        }
    };
    let threads = [0; 3].map(|_| thread::spawn(get));
    for thread in threads {
        thread.join().unwrap();
    }
    println!("RESULT {}", if MADE.load(Ordering::SeqCst) == 1 { "ok" } else { "made twice" });
}
