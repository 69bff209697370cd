//! The HTTP server, at http://127.0.0.1:8080/ or at the address in the variable `LISTEN`. Records the
//! requests in the folder in the variable `RECORD`, if it is set.

use std::env;
use std::error::Error;

use hydrant::Engine;
use hydrant_server::record::{RecordOptions, Recorder};
use hydrant_server::{Host, Server};

use {{crate}}::Module;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let mut host = Host::new(Engine::new_async(Module::from_env()?));
    if let Ok(folder) = env::var("RECORD") {
        host = host.observe(Recorder::start(folder, RecordOptions::default())?);
    }
    let server = Server::new(host.start()?, listen.parse()?).bind()?;
    println!("listening on http://{}/", server.address()?);
    server.serve(hydrant_server::interrupted()).await;
    Ok(())
}
