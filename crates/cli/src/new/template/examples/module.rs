//! Commands for the module: `register` prints and checks its registration, `bench` measures it.

use std::error::Error;
use std::process::ExitCode;

use hydrant::Engine;

use {{crate}}::Module;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Nothing answers there: `bench` is for messages in test mode, as the sample is.
    let module = Module::new("http://127.0.0.1:9")?;
    Ok(hydrant_cli::run(&Engine::new_async(module)))
}
