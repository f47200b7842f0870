// Memory of four threads at once.
// must: limit memory
// cpu: 20
use std::thread;

fn main() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                let mut kept = Vec::new();
                loop {
                    kept.push(vec![1_u8; 4 << 20]);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
