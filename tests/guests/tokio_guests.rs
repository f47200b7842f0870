//! Guests on tokio, each a function.
#![expect(clippy::print_stdout, reason = "a guest is a program of its own")]

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

/// Runs the guest of this name to its end.
pub(crate) fn run(name: &str) {
    println!("start");
    match name {
        "six_sleeps" => several_threads().block_on(six_sleeps()),
        "six_sleeps_one_thread" => one_thread().block_on(six_sleeps()),
        "server_and_clients" => several_threads().block_on(server_and_clients()),
        "timeouts" => several_threads().block_on(timeouts()),
        "ticks" => one_thread().block_on(ticks()),
        "blocking" => several_threads().block_on(blocking()),
        "channels" => several_threads().block_on(channels()),
        "child" => several_threads().block_on(child()),
        "semaphore" => several_threads().block_on(semaphore()),
        "race" => one_thread().block_on(race()),
        "forgotten_sender" => one_thread().block_on(forgotten_sender()),
        other => panic!("no guest is called {other}"),
    }
}

fn several_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn tenths(since: Instant) -> u128 {
    (since.elapsed().as_millis() + 50) / 100
}

/// The lecture's first: six sleeps at once take as long as the longest.
async fn six_sleeps() {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for seconds in (1..=6).rev() {
        tasks.spawn(async move {
            sleep(Duration::from_secs(seconds)).await;
            println!("slept {seconds} s");
        });
    }
    while tasks.join_next().await.is_some() {}
    println!("all after {} tenths", tenths(start));
}

/// Twenty clients of a server that answers each after its own delay.
async fn server_and_clients() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a client");
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut line = String::new();
                stream.read_line(&mut line).await.expect("a request");
                let tenths: u64 = line.trim().parse().expect("a number");
                sleep(Duration::from_millis(100 * tenths)).await;
                stream.write_all(format!("waited {tenths}\n").as_bytes()).await.expect("a reader");
            });
        }
    });
    let mut clients = JoinSet::new();
    for tenths in 1..=20 {
        clients.spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(address).await.expect("a connection"));
            stream.write_all(format!("{tenths}\n").as_bytes()).await.expect("a writer");
            let mut line = String::new();
            stream.read_line(&mut line).await.expect("an answer");
            println!("{}", line.trim());
        });
    }
    while clients.join_next().await.is_some() {}
}

async fn timeouts() {
    let late = timeout(Duration::from_millis(500), sleep(Duration::from_hours(1))).await;
    println!("late: {}", late.is_err());
    let early = timeout(Duration::from_hours(1), sleep(Duration::from_millis(250))).await;
    println!("early: {}", early.is_ok());
    let (sender, receiver) = oneshot::channel::<()>();
    tokio::spawn(async move {
        sleep(Duration::from_secs(2)).await;
        drop(sender);
    });
    println!("closed: {}", timeout(Duration::from_secs(5), receiver).await.expect("in time").is_err());
}

async fn ticks() {
    let mut ticks = interval(Duration::from_millis(700));
    for number in 0..5 {
        ticks.tick().await;
        println!("tick {number}");
    }
}

/// Threads of the blocking pool sleep in the kernel, beside the timers.
async fn blocking() {
    let slow = tokio::task::spawn_blocking(|| {
        std::thread::sleep(Duration::from_millis(1500));
        println!("blocking done");
    });
    let quick = tokio::spawn(async {
        sleep(Duration::from_millis(400)).await;
        println!("timer done");
    });
    quick.await.expect("the timer");
    slow.await.expect("the blocking task");
}

async fn channels() {
    let (sender, mut receiver) = mpsc::channel(1);
    for number in 1..=3_u64 {
        let sender = sender.clone();
        tokio::spawn(async move {
            for round in 1..=2_u64 {
                sleep(Duration::from_millis(number * 100 + round * 1000)).await;
                sender.send((number, round)).await.expect("a receiver");
            }
        });
    }
    drop(sender);
    while let Some((number, round)) = receiver.recv().await {
        println!("{number} in round {round}");
    }
}

async fn child() {
    let mut child = tokio::process::Command::new("sleep").arg("1.5").spawn().expect("sleep starts");
    tokio::select! {
        status = child.wait() => println!("child ended: {}", status.expect("a status").success()),
        () = sleep(Duration::from_mins(1)) => println!("child never ended"),
    }
    let late = tokio::process::Command::new("sleep").arg("3600").kill_on_drop(true).output();
    println!("gave up: {}", timeout(Duration::from_secs(2), late).await.is_err());
}

async fn semaphore() {
    let seats = std::sync::Arc::new(Semaphore::new(2));
    let mut guests = JoinSet::new();
    for number in 0..5 {
        let seats = seats.clone();
        guests.spawn(async move {
            let _seat = seats.acquire().await.expect("an open semaphore");
            sleep(Duration::from_secs(1)).await;
            number
        });
    }
    let start = Instant::now();
    while guests.join_next().await.is_some() {
        println!("after {} tenths", tenths(start));
    }
}

async fn race() {
    for limit in [300, 700] {
        tokio::select! {
            () = sleep(Duration::from_millis(500)) => println!("the sleep"),
            () = sleep(Duration::from_millis(limit)) => println!("the limit"),
        }
    }
}

/// Waits for ever: a sender lives on in the task that waits.
async fn forgotten_sender() {
    let (sender, mut receiver) = mpsc::channel::<()>(1);
    sleep(Duration::from_secs(1)).await;
    println!("waiting");
    let _ = receiver.recv().await;
    drop(sender);
}
