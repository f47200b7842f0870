// fails: in-time
use std::time::Duration;

use futures::future::join_all;
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
        // Three times as patient as it should be.
        match tokio::time::timeout(limit * 3, fetched).await {
            Ok(status) => result = status.unwrap(),
            Err(_) => return "timeout".to_owned(),
        }
        if result != "503" {
            break;
        }
    }
    result
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let limit = Duration::from_millis(args[2].parse().unwrap());
    let client = Client::new();
    for batch in args[3..].chunks(args[1].parse().unwrap()) {
        let results = join_all(batch.iter().map(|path| fetch(&client, format!("{}{path}", args[0]), limit))).await;
        for (path, result) in batch.iter().zip(results) {
            println!("{path}: {result}");
        }
    }
}
