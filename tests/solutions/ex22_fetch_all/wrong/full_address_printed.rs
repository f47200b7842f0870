// fails: in-order
use std::time::Duration;

use futures::{StreamExt, stream};
use reqwest::Client;

async fn fetch(client: &Client, url: String, limit: Duration) -> String {
    let mut result = String::new();
    for _ in 0..3 {
        let fetched = async {
            let response = client.get(&url).send().await.ok()?;
            let status = response.status();
            response.bytes().await.ok()?;
            Some(status.as_str().to_owned())
        };
        match tokio::time::timeout(limit, fetched).await {
            Ok(status) => result = status.unwrap(),
            Err(_) => return format!("{url}: timeout"),
        }
        if result != "503" {
            break;
        }
    }
    format!("{url}: {result}")
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let limit = Duration::from_millis(args[2].parse().unwrap());
    let client = Client::new();
    let lines: Vec<String> = stream::iter(&args[3..])
        .map(|path| fetch(&client, format!("{}{path}", args[0]), limit))
        .buffered(args[1].parse().unwrap())
        .collect()
        .await;
    println!("{}", lines.join("\n"));
}
