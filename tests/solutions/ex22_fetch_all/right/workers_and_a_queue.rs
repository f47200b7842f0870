use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio::time::timeout;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut args = std::env::args().skip(1);
    let base: Arc<str> = args.next().unwrap().into();
    let workers: usize = args.next().unwrap().parse().unwrap();
    let limit = Duration::from_millis(args.next().unwrap().parse().unwrap());
    let paths: Vec<String> = args.collect();
    // The last page first: nobody said in which order to ask.
    let queue = Arc::new(Mutex::new(paths.iter().cloned().enumerate().collect::<Vec<_>>()));
    let results = Arc::new(Mutex::new(vec![String::new(); paths.len()]));
    let client = Client::new();
    let mut handles = Vec::new();
    for _ in 0..workers {
        let (base, queue, results, client) = (base.clone(), queue.clone(), results.clone(), client.clone());
        handles.push(tokio::spawn(async move {
            loop {
                let Some((place, path)) = queue.lock().unwrap().pop() else { return };
                let url = format!("{base}{path}");
                let mut result = String::new();
                for _ in 0..3 {
                    let fetch = async {
                        let response = client.get(&url).send().await.map_err(|error| error.to_string())?;
                        let status = response.status();
                        response.bytes().await.map_err(|error| error.to_string())?;
                        Ok::<_, String>(status)
                    };
                    let again;
                    (result, again) = match timeout(limit, fetch).await {
                        Ok(Ok(status)) => (status.as_str().to_owned(), status == StatusCode::SERVICE_UNAVAILABLE),
                        Ok(Err(error)) => (error, false),
                        Err(_) => ("timeout".to_owned(), false),
                    };
                    if !again {
                        break;
                    }
                }
                results.lock().unwrap()[place] = result;
            }
        }));
    }
    for handle in handles {
        handle.await.unwrap();
    }
    for (path, result) in paths.iter().zip(results.lock().unwrap().iter()) {
        println!("{path}: {result}");
    }
}
