// A program that becomes itself again, without end.
// must: limit cpu
use std::os::unix::process::CommandExt;

fn main() {
    let error = std::process::Command::new(std::env::current_exe().unwrap()).args(std::env::args().skip(1)).exec();
    println!("BREACH {error}");
}
