//! The HTTP server.

use {{crate}}::Module;

fn main() -> Result<(), hydrant_server::Error> {
    hydrant_server::run(Module::from_env()?)
}
