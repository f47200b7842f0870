// Two that wait for each other.
// must: stuck
use std::sync::mpsc::channel;
use std::thread;

fn main() {
    let (there, from_here) = channel::<()>();
    let (here, from_there) = channel::<()>();
    let other = thread::spawn(move || {
        from_here.recv().ok();
        here.send(()).ok();
    });
    from_there.recv().ok();
    there.send(()).ok();
    other.join().unwrap();
}
