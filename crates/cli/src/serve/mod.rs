//! `hydrant serve`: the ready-made host for HTTP, from its arguments to its end.

mod arguments;
mod log;
mod module;
mod record;
mod stdout;

use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum as _;
use hydrant::host::Module;
use hydrant_forward::{AcknowledgeFirst, Forwarder, ForwarderModule};
use hydrant_server::{Console, ConsoleOptions, Host, Limits, Server, Service, TlsFiles};
use tokio::runtime::Builder;

pub(crate) use arguments::ServeArgs;
use arguments::{Grace, Target};
use module::{Everything, Forwarding, Lines};
use stdout::Stdout;

use crate::environment::threads;
use crate::exit::{self, Failure};
use crate::interrupt::Stop;
use crate::terminal;

/// Tokens of the sender, separated by commas or white space.
const TOKENS: &str = "HYDRANT_TOKENS";

/// How long records on their way may take after the last answer.
const DRAIN: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &ServeArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    log::install(args.log);
    let threads = threads()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Failure::Delivery(format!("cannot start threads: {error}")))?;
    runtime.block_on(serve(args, stop))
}

async fn serve(args: &ServeArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    match &args.to {
        Some(Target::Null) => {
            let (host, console) = host(Everything, args)?;
            listen(start(host)?, console, args, stop, async || {}).await
        }
        Some(Target::Stdout) => {
            let module = Lines::new(args.mapping_configuration()?)?;
            let (host, console) = host(module, args)?;
            let (stdout, state) = Stdout::new(Arc::clone(stop))?;
            let host = host.deliver_to(stdout);
            let ended = listen(start(host)?, console, args, stop, async || {}).await;
            state.failure().map_or(ended, Err)
        }
        _ => forward(args, stop).await,
    }
}

/// The ready-made forwarder.
async fn forward(args: &ServeArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let usage = |error: hydrant_forward::config::ConfigError| {
        Failure::Usage(error.faults().join("\nerror: "))
    };
    let forwarder = Forwarder::for_host(args.configuration()?);
    let forwarder = forwarder.await.map_err(usage)?;
    for notice in forwarder.notices() {
        terminal::complain(&format!("note: {notice}"));
    }
    let module = ForwarderModule::new(forwarder).map_err(usage)?;
    let module = module.on_dead_letters(|count, reason| {
        tracing::warn!(target: "hydrant", count, reason, "stored as dead letters");
    });
    let module = Forwarding(Arc::new(module));
    let (mut host, console) = host(module.clone(), args)?;
    if args.acknowledge_first {
        let store = Forwarder::for_host(args.configuration()?);
        let store = AcknowledgeFirst::new(store.await.map_err(usage)?);
        let options = args.limits.options();
        host = host.acknowledge_first(store.map_err(usage)?.parse_options(options));
    }
    let service = start(host)?;
    listen(service, console, args, stop, async || {
        module.0.forwarder().drain(DRAIN).await;
        module.0.forwarder().close().await;
    })
    .await
}

/// The host of a module, and its console if there is one.
fn host<P: Module<K> + 'static, K: 'static>(
    module: P,
    args: &ServeArgs,
) -> Result<(Host<P, K>, Option<Console>), Failure> {
    let engine = module.into_engine().with_options(args.limits.options());
    let console = args.console.then(|| {
        let sink = args.to.and_then(|target| target.to_possible_value());
        let sink = sink.map_or_else(String::new, |sink| sink.get_name().to_owned());
        let hosts = args.console_host.iter();
        let options = hosts.fold(ConsoleOptions::new().sink(sink), ConsoleOptions::host);
        Console::new(&engine, options).map_err(|error| Failure::Usage(error.to_string()))
    });
    let console = console.transpose()?;
    let host = options(Host::new(engine), args)?;
    let host = match &console {
        Some(console) => host.observe(console.clone()),
        None => host,
    };
    Ok((host, console))
}

fn options<P: Module<K> + 'static, K: 'static>(
    mut host: Host<P, K>,
    args: &ServeArgs,
) -> Result<Host<P, K>, Failure> {
    let limits = Limits::new()
        .concurrency(usize::try_from(args.concurrency).unwrap_or(usize::MAX))
        .max_connections(usize::try_from(args.max_connections).unwrap_or(usize::MAX))
        .response_timeout(Duration::from_secs(args.timeout))
        .max_body_bytes(args.limits.max_bytes);
    host = host.limits(limits).auth_grace(match args.auth_grace {
        None => Duration::ZERO,
        Some(Grace(grace)) => grace,
    });
    let tokens = std::env::var(TOKENS);
    let tokens = match tokens {
        Ok(tokens) => tokens,
        Err(std::env::VarError::NotPresent) => String::new(),
        Err(_) => return Err(Failure::Usage(format!("{TOKENS} is not Unicode"))),
    };
    let is_gap = |c: char| c == ',' || c.is_whitespace();
    if std::env::var_os(TOKENS).is_some() && tokens.chars().all(is_gap) {
        // For example a secret that was not injected: the host would be open.
        return Err(Failure::Usage(format!(
            "{TOKENS} holds no token: set one, or unset it"
        )));
    }
    for token in tokens.split(is_gap).filter(|token| !token.is_empty()) {
        host = host.token(token);
    }
    if let Some(path) = &args.tokens_file {
        terminal::warn_if_exposed(path);
        host = host.tokens_file(path);
    }
    if let Some(recorder) = args.record.start()? {
        host = host.observe(recorder);
    }
    if let Some(path) = &args.path {
        host = host.endpoint(path, hydrant_server::Endpoint::All);
    }
    Ok(host)
}

fn start<P: Module<K> + 'static, K: 'static>(host: Host<P, K>) -> Result<Service, Failure> {
    host.start()
        .map_err(|error| Failure::Usage(error.to_string()))
}

/// Serves until the stop is raised, and ends without losing anything; then runs `close`.
async fn listen<F: Future<Output = ()>>(
    service: Service,
    console: Option<Console>,
    args: &ServeArgs,
    stop: &Arc<Stop>,
    close: impl FnOnce() -> F,
) -> Result<ExitCode, Failure> {
    let usage = |error: hydrant_server::StartError| Failure::Usage(error.to_string());
    let has_tokens = service.has_tokens();
    let routes = console.as_ref().map(|console| console.routes(&service));
    let mut server = Server::new(service, args.listen)
        .shutdown_grace(Duration::from_secs(args.grace))
        .shutdown_delay(Duration::from_secs(args.shutdown_delay));
    if let (Some(certificate), Some(key)) = (&args.tls_certificate, &args.tls_key) {
        terminal::warn_if_exposed(key);
        server = server.tls(TlsFiles::new(certificate, key));
    }
    if args.plain {
        server = server.plain_behind_proxy();
    }
    if let Some(admin) = args.admin {
        server = server.admin(admin);
    }
    if let Some(routes) = routes {
        server = server.admin_routes(routes);
    }
    let listening = server.bind().map_err(usage)?;
    let unknown = |error: std::io::Error| Failure::Delivery(error.to_string());
    let scheme = if args.tls_certificate.is_some() {
        "https"
    } else {
        "http"
    };
    if !has_tokens {
        let what = "set HYDRANT_TOKENS or --tokens-file, or everybody who reaches this host can";
        terminal::complain(&format!("note: no tokens: {what} send messages"));
    }
    if let Some(admin) = listening.admin_address().map_err(unknown)? {
        terminal::complain(&format!("administration at http://{admin}"));
        if console.is_some() {
            // The console is for loopback names, unless others are allowed.
            let port = admin.port();
            match admin.ip().is_unspecified() {
                true => terminal::complain(&format!("console at http://localhost:{port}/")),
                false => terminal::complain(&format!("console at http://{admin}/")),
            }
            if !admin.ip().is_loopback() {
                let who = "everybody who reaches this address can read messages with it";
                terminal::complain(&format!("note: the console has no password: {who}"));
            }
        }
    }
    let address = listening.address().map_err(unknown)?;
    terminal::complain(&format!("listening at {scheme}://{address}"));
    let mut stopped = crate::forward::stopped(stop);
    let ended = listening.serve(async move {
        // The sender is dropped when the stop is raised, too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
        terminal::complain("ending: answering what was received");
    });
    let ended = ended.await;
    close().await;
    if !ended {
        let what = "messages in progress were not answered within --grace; the sender repeats them";
        return Err(Failure::Delivery(what.to_owned()));
    }
    Ok(exit::GOOD.into())
}
