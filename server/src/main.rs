//! The program. Everything it does lives in the library.

/// The profile of introspection showed the system's allocator among the largest costs; this one is cheaper there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    vestibule::cli::main()
}
