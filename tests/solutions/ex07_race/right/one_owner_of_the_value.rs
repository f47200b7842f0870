use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// No lock: only one thread ever touches the value, and the updates ask it.
fn main() {
    let updates: usize = std::env::args().nth(1).map_or(2, |arg| arg.parse().unwrap());
    let (ask, asked) = mpsc::channel::<mpsc::Sender<()>>();
    let owner = thread::spawn(move || {
        let mut value = 0;
        for reply in asked {
            println!("Reading Value From Db: {value}");
            println!("Updating Value");
            thread::sleep(Duration::from_millis(10));
            value += 1;
            println!("Update Finished");
            reply.send(()).unwrap();
        }
        value
    });
    let threads: Vec<_> = (0..updates)
        .map(|_| {
            let ask = ask.clone();
            thread::spawn(move || {
                println!("Update Started");
                println!("Sleeping");
                thread::sleep(Duration::from_secs(2));
                let (reply, done) = mpsc::channel();
                ask.send(reply).unwrap();
                done.recv().unwrap();
            })
        })
        .collect();
    drop(ask);
    for thread in threads {
        thread.join().unwrap();
    }
    println!("Final value is {}", owner.join().unwrap());
}
