//! No library at all: N threads that speak HTTP/1.1 over plain sockets.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

struct Deadline<'s> {
    socket: &'s TcpStream,
    end: Instant,
}

impl Read for Deadline<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(buffer)
    }
}

fn fetch(host: &str, path: &str, limit: Duration) -> io::Result<u16> {
    let mut socket = TcpStream::connect(host)?;
    write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut reader = BufReader::new(Deadline { socket: &socket, end: Instant::now() + limit });
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    io::copy(&mut reader, &mut io::sink())?;
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let host = args[0].strip_prefix("http://").unwrap();
    let threads: usize = args[1].parse().unwrap();
    let limit = Duration::from_millis(args[2].parse().unwrap());
    let paths = &args[3..];
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![String::new(); paths.len()]);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let place = paths.iter().position(|other| std::ptr::eq(other, path)).unwrap();
                    let mut result = String::new();
                    for _ in 0..3 {
                        result = match fetch(host, path, limit) {
                            Ok(status) => status.to_string(),
                            Err(error)
                                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
                            {
                                "timeout".into()
                            }
                            Err(error) => error.to_string(),
                        };
                        if result != "503" {
                            break;
                        }
                    }
                    results.lock().unwrap()[place] = result;
                }
            });
        }
    });
    for (path, result) in paths.iter().zip(results.into_inner().unwrap()) {
        eprintln!("fetched {path}: {result}");
    }
}
