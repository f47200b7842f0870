use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

fn main() {
    let output = Command::new("sh").args(["-c", "echo from a child; exit 5"]).output().unwrap();
    println!("{:?} {}", output.status.code(), String::from_utf8_lossy(&output.stdout));
    fs::write(std::env::temp_dir().join("file"), "text").unwrap();
    println!("{}", fs::read_to_string(std::env::temp_dir().join("file")).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || listener.accept().unwrap().0.write_all(b"hello").unwrap());
    let mut text = String::new();
    TcpStream::connect(address).unwrap().read_to_string(&mut text).unwrap();
    server.join().unwrap();
    println!("{text}");
}
