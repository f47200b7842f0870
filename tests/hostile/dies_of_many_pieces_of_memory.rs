// Memory in pieces that are never touched, until there is none.
// must: signal 6
// refused: it wanted more than 1536 MiB of memory at once
fn main() {
    loop {
        let piece: Vec<u8> = Vec::with_capacity(4 << 20);
        std::mem::forget(std::hint::black_box(piece));
    }
}
