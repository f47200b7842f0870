// Say hello to the name in the first argument.
fn main() {
    println!("hello");
}
