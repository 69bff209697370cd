//! The ready-made function: forwards messages to the target that its environment names.

use std::env;
use std::process::ExitCode;

use hydrant::Engine;
use hydrant_forward::config::{Config, settings};
use hydrant_forward::{Forwarder, ForwarderModule};
use hydrant_lambda::{Error, Host};

fn main() -> ExitCode {
    match hydrant_lambda::block_on(run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether a variable begins like a setting and is none.
fn is_unknown(variable: &str) -> bool {
    let Some(name) = variable.strip_prefix("HYDRANT_") else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let of_secret = name.strip_suffix("_file");
    !["config", "trigger"].contains(&name.as_str())
        && !settings().any(|setting| {
            setting.name == name
                || setting.aliases.contains(&name.as_str())
                || (setting.secret && of_secret == Some(setting.name))
        })
}

async fn run() -> Result<(), Error> {
    let trigger = env::var_os("HYDRANT_TRIGGER").unwrap_or_default();
    let from_queue = match trigger.to_str() {
        Some("" | "invoke") => false,
        Some("sqs") => true,
        _ => return Err("HYDRANT_TRIGGER is neither invoke nor sqs; set one of them".into()),
    };
    for (variable, _) in env::vars_os() {
        if let Some(name) = variable.to_str().filter(|name| is_unknown(name)) {
            eprintln!("note: {name} is not a setting");
        }
    }
    let mut config = Config::new();
    if let Some(file) = env::var_os("HYDRANT_CONFIG").filter(|file| !file.is_empty()) {
        config.file(file.as_ref())?;
    }
    config.environment(env::vars_os())?;
    // Not `Config::warnings`: all users of the environment can read the files of a package, but the
    // function is the only one.
    let forwarder = Forwarder::for_host(config).await?;
    for notice in forwarder.notices() {
        eprintln!("note: {notice}");
    }
    let module = ForwarderModule::new(forwarder)?
        .on_warning(|kind, times| {
            tracing::warn!(kind, times, "the records do not contain this");
        })
        .on_dead_letters(|count, reason| {
            tracing::warn!(count, reason, "stored as dead letters");
            metrics::counter!("DeadLetters").increment(count);
        });
    let host = Host::new(Engine::new_async(module));
    match from_queue {
        true => host.serve_sqs().await,
        false => host.serve().await,
    }
}
