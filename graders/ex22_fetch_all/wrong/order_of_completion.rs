use std::env;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use reqwest::{Client, StatusCode};
use tokio::time;

const ATTEMPTS: usize = 3;

async fn get(client: &Client, url: &str) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

async fn fetch(client: &Client, url: &str, limit: Duration) -> String {
    let mut attempt = 1;
    loop {
        match time::timeout(limit, get(client, url)).await {
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
    // Handed out as they come, and printed so.
    let mut results = stream::iter(paths)
        .map(|path| async move { (path, fetch(client, &format!("{base}{path}"), limit).await) })
        .buffer_unordered(in_flight);
    while let Some((path, result)) = results.next().await {
        println!("{path}: {result}");
    }
}
