//! A stream of fetches, at most N of them alive at once, and the results sorted back into the order of the arguments.

use std::env;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use reqwest::{Client, StatusCode};
use tokio::time;

const ATTEMPTS: usize = 3;

/// One request, read to the end of its body.
async fn get(client: &Client, url: &str) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}

/// Asks for one page, again while the server says 503, and tells what became of it.
async fn fetch(client: &Client, url: &str, limit: Duration) -> String {
    let mut attempt = 1;
    loop {
        // When the time is over, the request is dropped, and that closes it.
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
    let [base, in_flight, timeout, paths @ ..] = words.as_slice() else {
        eprintln!("usage: main BASE N TIMEOUT PATH...");
        std::process::exit(2);
    };
    let in_flight = in_flight.parse().expect("N is a number");
    let limit = Duration::from_millis(timeout.parse().expect("TIMEOUT is in milliseconds"));

    let client = &Client::new();
    // A future does nothing until it is polled, and `buffer_unordered` polls at most `in_flight` of them. It hands results out
    // as they come, so that a slow page holds up nobody. (`buffered` keeps the order, but then a slow first page keeps its
    // successors' places taken.)
    let mut results: Vec<(usize, String)> = stream::iter(paths.iter().enumerate())
        .map(|(place, path)| async move { (place, fetch(client, &format!("{base}{path}"), limit).await) })
        .buffer_unordered(in_flight)
        .collect()
        .await;
    results.sort_unstable();

    for (path, (_, result)) in paths.iter().zip(results) {
        println!("{path}: {result}");
    }
}
