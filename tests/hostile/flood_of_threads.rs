// Four threads and both streams.
// must: limit output
use std::io::Write;
use std::thread;

fn main() {
    for _ in 0..4 {
        thread::spawn(|| {
            loop {
                std::io::stdout().write_all(&[b'x'; 4096]).ok();
            }
        });
    }
    loop {
        std::io::stderr().write_all(b"y\n").ok();
    }
}
