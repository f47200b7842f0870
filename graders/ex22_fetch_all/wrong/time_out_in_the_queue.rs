use std::env;
use std::time::Duration;

use futures::future;
use reqwest::{Client, StatusCode};
use tokio::sync::Semaphore;
use tokio::time;

const ATTEMPTS: usize = 3;

async fn get(client: &Client, url: &str) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

async fn fetch(client: &Client, turn: &Semaphore, url: &str, limit: Duration) -> String {
    let mut attempt = 1;
    loop {
        // The clock is started before the turn has come.
        let in_turn = async {
            let _permit = turn.acquire().await.unwrap();
            get(client, url).await
        };
        match time::timeout(limit, in_turn).await {
            Err(_) => return "timeout".to_owned(),
            Ok(Err(error)) => return format!("error ({error})"),
            Ok(Ok(StatusCode::SERVICE_UNAVAILABLE)) if attempt < ATTEMPTS => attempt += 1,
            Ok(Ok(status)) => return status.as_str().to_owned(),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [base, in_flight, timeout, paths @ ..] = words.as_slice() else { panic!("usage: main BASE N TIMEOUT PATH...") };
    let in_flight: usize = in_flight.parse().unwrap();
    let limit = Duration::from_millis(timeout.parse().unwrap());
    let client = &Client::new();
    let turn = &Semaphore::new(in_flight);
    let fetches = paths.iter().map(|path| async move { fetch(client, turn, &format!("{base}{path}"), limit).await });
    let results = future::join_all(fetches).await;
    for (path, result) in paths.iter().zip(results) {
        println!("{path}: {result}");
    }
}
