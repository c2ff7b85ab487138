//! The program. Everything it does lives in the library.

/// A token request allocates some hundred small pieces; this allocator makes that a tenth of its cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    vestibule::cli::main()
}
