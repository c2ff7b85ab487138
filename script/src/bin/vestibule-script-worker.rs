//! A worker by itself, for the tests and measurements of this crate. The server is its own worker: `vestibule worker`.

fn main() -> std::process::ExitCode {
    script::worker::main()
}
