fn main() {
    println!("hello ann");
}
