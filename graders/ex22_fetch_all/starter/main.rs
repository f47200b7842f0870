use std::env;

use reqwest::Client;

/// Gets one page and tells what became of it.
async fn fetch(client: &Client, base: &str, path: &str) -> String {
    match client.get(format!("{base}{path}")).send().await {
        Ok(response) => {
            let status = response.status();
            match response.bytes().await {
                Ok(_) => status.as_str().to_owned(),
                Err(error) => format!("error ({error})"),
            }
        }
        Err(error) => format!("error ({error})"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [base, limit, timeout, paths @ ..] = words.as_slice() else {
        eprintln!("usage: main BASE N TIMEOUT PATH...");
        std::process::exit(2);
    };
    let _limit: usize = limit.parse().expect("N is a number");
    let _timeout: u64 = timeout.parse().expect("TIMEOUT is in milliseconds");

    // One after the other, however long each takes, and each just once.
    let client = Client::new();
    for path in paths {
        println!("{path}: {}", fetch(&client, base, path).await);
    }
}
