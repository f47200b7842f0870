//! The command `grade`: parse, call, exit code. Everything else is in the library.

fn main() -> std::process::ExitCode {
    grade::cli::main()
}
