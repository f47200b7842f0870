// fails: own-threads
use std::time::Duration;

async fn delay(seconds: u64) {
    println!("DELAY {seconds} received");
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    println!("Printing DELAY {seconds}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let given: Vec<u64> = std::env::args().skip(1).map(|arg| arg.parse().unwrap()).collect();
    let delays = if given.is_empty() { vec![3, 2] } else { given };
    println!("Main started");
    let tasks: Vec<_> = delays.into_iter().map(|seconds| tokio::spawn(delay(seconds))).collect();
    tokio::task::yield_now().await;
    println!("Main goes on");
    for task in tasks {
        task.await.unwrap();
    }
    println!("Main ended");
}
