use std::time::Duration;

use futures::{StreamExt, stream};

async fn status(client: &reqwest::Client, url: String) -> Result<u16, reqwest::Error> {
    let mut response = client.get(url).send().await?;
    while response.chunk().await?.is_some() {}
    Ok(response.status().as_u16())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (base, n, timeout) = (&args[1], args[2].parse().unwrap(), Duration::from_millis(args[3].parse().unwrap()));
    let client = reqwest::Client::new();
    stream::iter(&args[4..])
        .map(|path| {
            let client = client.clone();
            async move {
                let mut left = 3;
                loop {
                    left -= 1;
                    match tokio::time::timeout(timeout, status(&client, format!("{base}{path}"))).await {
                        Ok(Ok(503)) if left > 0 => {}
                        Ok(Ok(status)) => break format!("{path}: {status}"),
                        Ok(Err(error)) => break format!("{path}: {error}"),
                        Err(_) => break format!("{path}: timeout"),
                    }
                }
            }
        })
        // In the order of the input, each line as soon as its turn has come.
        .buffered(n)
        .for_each(|line| async move { println!("{line}") })
        .await;
}
