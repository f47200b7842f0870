// Children sleep in the same time, one after another and at once; what they print to a pipe is not ours.
use std::process::{Command, Stdio};

fn main() {
    println!("start");
    let mut children: Vec<_> =
        (1..=3).map(|seconds| Command::new("sleep").arg(seconds.to_string()).spawn().unwrap()).collect();
    for child in &mut children {
        println!("child ended: {}", child.wait().unwrap().success());
    }
    let output = Command::new("sh").args(["-c", "sleep 1; echo hidden"]).stdout(Stdio::piped()).output().unwrap();
    println!("read {} bytes", output.stdout.len());
    Command::new("sh").args(["-c", "sleep 1; echo shown; exit 3"]).status().unwrap();
    std::process::exit(7);
}
