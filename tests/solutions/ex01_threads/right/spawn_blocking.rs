use std::time::Duration;

use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let delays = if given.is_empty() { vec![3, 2] } else { given };
    println!("Main started");
    let mut tasks = JoinSet::new();
    for seconds in delays {
        tasks.spawn_blocking(move || {
            println!("DELAY {seconds} received");
            std::thread::sleep(Duration::from_secs(seconds));
            println!("Printing DELAY {seconds}");
        });
    }
    println!("Main goes on");
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    println!("Main ended");
}
