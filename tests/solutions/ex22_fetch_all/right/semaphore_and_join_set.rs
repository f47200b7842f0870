use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let base = args.next().unwrap();
    let limit: usize = args.next().unwrap().parse().unwrap();
    let timeout = Duration::from_millis(args.next().unwrap().parse().unwrap());
    let paths: Vec<String> = args.collect();

    // reqwest's own time-out: for one request, from sending to the end of its body.
    let client = reqwest::Client::builder().timeout(timeout).build().unwrap();
    let semaphore = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    for (index, path) in paths.iter().enumerate() {
        let (client, semaphore, url) = (client.clone(), semaphore.clone(), format!("{base}{path}"));
        tasks.spawn(async move {
            let mut result = String::new();
            for _ in 0..3 {
                let _permit = semaphore.acquire().await.unwrap();
                let fetched = async {
                    let response = client.get(&url).send().await?;
                    let status = response.status();
                    response.text().await?;
                    Ok::<_, reqwest::Error>(status)
                };
                match fetched.await {
                    Ok(status) => result = status.as_u16().to_string(),
                    Err(error) if error.is_timeout() => result = "timeout".to_string(),
                    Err(error) => result = error.to_string(),
                }
                if result != "503" {
                    break;
                }
            }
            (index, result)
        });
    }
    let mut results = vec![String::new(); paths.len()];
    while let Some(done) = tasks.join_next().await {
        let (index, result) = done.unwrap();
        results[index] = result;
    }
    for (path, result) in paths.iter().zip(&results) {
        println!("{path}: {result}");
    }
}
