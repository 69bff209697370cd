//! Commands for the module: `register` prints and checks its registration, `bench` measures it.

use std::error::Error;
use std::process::ExitCode;

use hydrant::Engine;

use {{crate}}::Module;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    Ok(hydrant_cli::run(&Engine::new_async(Module::from_env()?)))
}
