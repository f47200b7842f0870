use std::env;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use reqwest::{Client, StatusCode};
use tokio::time;

async fn get(client: &Client, url: &str) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

async fn fetch(client: &Client, url: &str, limit: Duration) -> String {
    match time::timeout(limit, get(client, url)).await {
        Err(_) => "timeout".to_owned(),
        Ok(Err(error)) => format!("error ({error})"),
        Ok(Ok(status)) => status.as_str().to_owned(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [base, in_flight, timeout, paths @ ..] = words.as_slice() else { panic!("usage: main BASE N TIMEOUT PATH...") };
    let in_flight: usize = in_flight.parse().unwrap();
    let limit = Duration::from_millis(timeout.parse().unwrap());
    let client = &Client::new();
    let results: Vec<String> = stream::iter(paths)
        .map(|path| async move { fetch(client, &format!("{base}{path}"), limit).await })
        .buffered(in_flight)
        .collect()
        .await;
    for (path, result) in paths.iter().zip(results) {
        println!("{path}: {result}");
    }
}
