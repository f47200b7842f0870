// A stack that is full.
// must: signal 6
fn deep(number: u64) -> u64 {
    let room = [number; 1000];
    if number == u64::MAX { 0 } else { deep(number + 1) + std::hint::black_box(room)[number as usize % 1000] }
}

fn main() {
    println!("{}", deep(0));
}
