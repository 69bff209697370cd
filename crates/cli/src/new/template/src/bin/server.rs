//! The HTTP server. Variables:
//!
//! - `LISTEN`: the address, by default 127.0.0.1:8080. One that other machines can reach needs
//!   tokens, and TLS: a proxy in front of it, or `Server::tls`
//! - `TOKENS`: tokens of the platform, separated by commas; `TOKENS_FILE`: a file with one per line
//! - `ADMIN`: the address of `/healthz`, `/readyz`, `/metrics` and, in debug builds, the console, by
//!   default 127.0.0.1:9090; only the administrator may reach it
//! - `RECORD`: a folder in which messages are recorded

use std::env::var;
use std::error::Error;
use std::net::SocketAddr;

use hydrant::Engine;
use hydrant_server::record::{RecordOptions, Recorder};
use hydrant_server::{Console, ConsoleOptions, Host, Server, interrupted};

use {{crate}}::Module;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let listen: SocketAddr = address("LISTEN", "127.0.0.1:8080")?;
    let engine = Engine::new_async(Module::from_env()?);
    let console = Console::new(&engine, ConsoleOptions::new())?;
    let mut host = Host::new(engine);
    // An empty variable is refused, so that a secret that is missing does not open the host.
    if let Ok(tokens) = var("TOKENS") {
        host = tokens.split(',').fold(host, Host::token);
    }
    if let Ok(path) = var("TOKENS_FILE") {
        host = host.tokens_file(path);
    }
    if let Ok(folder) = var("RECORD") {
        host = host.observe(Recorder::start(folder, RecordOptions::default())?);
    }
    if cfg!(debug_assertions) {
        host = host.observe(console.clone());
    }
    let service = host.start()?;
    if !service.has_tokens() && !listen.ip().is_loopback() {
        return Err("LISTEN is not a loopback address: set TOKENS or TOKENS_FILE".into());
    }
    let mut server = Server::new(service.clone(), listen)
        .plain_behind_proxy()
        .admin(address("ADMIN", "127.0.0.1:9090")?);
    if cfg!(debug_assertions) {
        server = server.admin_routes(console.routes(&service));
    }
    let server = server.bind()?;
    if let Some(admin) = server.admin_address()? {
        println!("administration at http://{admin}/");
    }
    println!("listening on http://{}/", server.address()?);
    server.serve(interrupted()).await;
    Ok(())
}

/// The address in a variable.
fn address(variable: &str, default: &str) -> Result<SocketAddr, String> {
    let text = var(variable).unwrap_or_else(|_| default.to_owned());
    text.parse()
        .map_err(|_| format!("{variable} must be an address and a port, such as {default}"))
}
