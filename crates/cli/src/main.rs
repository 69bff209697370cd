//! The program `hydrant`: the library `hydrant_cli`, and the allocator.

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hydrant_cli::main()
}
