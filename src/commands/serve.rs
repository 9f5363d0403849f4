//! `polystore serve`: connects, prepares what is embedded, serves until it is told to stop.

use super::{Failure, progress::Stderr};
use crate::{
    actions::{AccessKey, Views, rebuild_hot},
    config::Config,
    error::Engine,
    graphql::{Graph, throttle::keys::ApiKeys},
    http::{
        self,
        listener::Patient,
        server::{self, Bounds},
        streams::{Streams, Timing},
        tls::Tls,
    },
    receipt::Role,
    relay::Relay,
    roles::SchemaState,
    seed::{self, Plan},
    shop::Board,
    stores::{Connected, Stores},
};
use std::{io::ErrorKind, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// How long telling the rest may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(4);
/// How long requests in flight may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long open connections are still read after the signal. Each answer tells the client to close; a connection that is closed at
/// once would take a request with it that had arrived and not been read.
const LINGER: Duration = Duration::from_millis(300);

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(config: Config) -> Result<(), Failure> {
    config.fit_to_serve()?;
    let no_signals = |error| Failure::Told(format!("cannot listen for signals: {error}"));
    let mut stop = Stop::listen().map_err(no_signals)?;
    let tls = config.tls.clone().map(Tls::load).transpose()?.map(Arc::new);
    let keys = config.api_keys.as_deref().map(super::api_keys::read).transpose()?.map(Arc::new);
    renew_at_hangup(tls.clone(), keys.clone().zip(config.api_keys.clone())).map_err(no_signals)?;
    // first of all, so that a port that is taken is told before any work is done
    let listener = TcpListener::bind(config.listen).await.map_err(|error| cannot_listen(config.listen, &error))?;
    let trusted = super::documents::trusted(&config).await?;
    let (connected, stores) = tokio::select! {
        ready = prepare(&config) => ready?,
        () = stop.signal() => {
            tracing::info!("stopped before the stores were ready");
            return Ok(());
        }
    };
    let address = listener.local_addr().map_err(|error| cannot_listen(config.listen, &error))?;
    let access_key = config.secret.as_ref().map_or_else(AccessKey::random, |secret| Some(AccessKey::of(&secret.0)));
    let access_key = access_key.ok_or_else(|| Failure::Told("the system has no random numbers".to_owned()))?;
    let graph = Graph::new(stores.clone(), config.limits, config.anonymous, access_key);
    let results = polystore_lab::archive::folder(&config.data);
    let mut graph = graph.with_documents(config.apq, Arc::new(trusted)).with_plans(config.plans).with_comparisons(results.clone());
    if let Some(rates) = config.rates {
        graph = graph.limited_to(rates);
    }
    if let Some(keys) = keys {
        graph = graph.with_keys(keys);
    }
    let (halt, background) = background(&stores, graph.views().clone());
    let (streams, bounds) = (Streams::new(&config.limits, Timing::default()), Bounds::of(&config.limits));
    let options = http::Options {
        ready_requires: config.ready_requires,
        origins: config.origins,
        status_profile: config.status_profile,
        trusted_proxies: config.trusted_proxies,
        streams: streams.clone(),
        console: config.console,
        lab: Some(results),
        https: tls.is_some(),
        session_cookie: config.session_cookie,
    };
    // whoever started us may have closed stdout: no reason not to serve
    let _ = super::print(&welcome(address, &stores, &options, config.limits.introspection));
    let app = http::router(graph.clone(), options);

    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let ending = streams.clone();
    let signal = async move {
        stop.signal().await;
        tracing::info!("stopping: connections are closed, requests in flight are finished");
        // subscriptions would go on for ever
        graph.fanout().stop();
        ending.stop();
        let _server_is_gone_already = stopping.send(stop);
        tokio::time::sleep(LINGER).await;
    };
    let listener = Patient { listener, patience: streams.timing.write };
    let server = async {
        server::serve(listener, app, bounds, tls, signal).await;
        // a connection that became a WebSocket is out of the server's hands
        streams.drain().await;
    };
    let mut last_words = LAST_WORDS;
    let late = async {
        let Ok(mut stop) = stopped.await else { return std::future::pending().await };
        tokio::select! {
            () = tokio::time::sleep(GRACE) => tracing::warn!("some requests took longer than {} s and were cut", GRACE.as_secs()),
            () = stop.signal() => {
                tracing::warn!("told to stop a second time: requests in flight were cut");
                last_words = Duration::ZERO;
            }
        }
    };
    tokio::select! {
        () = server => {}
        () = late => {}
    }
    // what requests left behind is told before the stores are closed
    halt.cancel();
    if tokio::time::timeout(last_words, background).await.is_err() {
        tracing::warn!("not everything was told to the other stores: the next start goes on with it");
    }
    connected.close().await;
    Ok(())
}

/// What goes on beside the requests, until it is told to halt: the relay, and the view counters.
fn background(stores: &Stores, views: Views) -> (CancellationToken, impl Future<Output = ()>) {
    let halt = CancellationToken::new();
    let relay = tokio::spawn(Relay::new(stores.clone()).run(halt.clone()));
    let (stores, halted) = (stores.clone(), halt.clone());
    let flusher = tokio::spawn(async move {
        loop {
            let last = tokio::time::timeout(Views::EVERY, halted.cancelled()).await.is_ok();
            if let Err(error) = views.flush(&*stores.hot, &*stores.documents).await {
                tracing::debug!("views wait to be told: {error}");
            }
            if last {
                return;
            }
        }
    });
    (halt, async move {
        let _both_end_by_themselves = futures::join!(relay, flusher);
    })
}

/// At each SIGHUP the certificate with its key, and the file of API keys, are read again: who renews them need not stop the server.
fn renew_at_hangup(tls: Option<Arc<Tls>>, keys: Option<(Arc<ApiKeys>, PathBuf)>) -> std::io::Result<()> {
    if tls.is_none() && keys.is_none() {
        return Ok(());
    }
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match tls.as_ref().map(|tls| tls.reload()) {
                Some(Ok(())) => tracing::info!("the certificate was read again"),
                Some(Err(error)) => tracing::error!("the certificate stays as it was: {error}"),
                None => {}
            }
            match keys.as_ref().map(|(keys, file)| super::api_keys::renew(keys, file)) {
                Some(Ok(())) => tracing::info!("the API keys were read again"),
                Some(Err(error)) => tracing::error!("the API keys stay as they were: {error}"),
                None => {}
            }
        }
    });
    Ok(())
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Failure {
    let advice = if error.kind() == ErrorKind::AddrInUse { ": stop what listens there, or choose another port" } else { "" };
    Failure::Told(format!("--listen / POLYSTORE_LISTEN: cannot listen on {address}: {error}{advice}"))
}

/// Everything up to the first request.
async fn prepare(config: &Config) -> Result<(Connected, Stores), Failure> {
    let connected = super::connected(config).await?;
    prepare_schemas(config, &connected).await?;
    let stores = connected.layered();
    prepare_data(config, &stores).await?;
    Ok((connected, stores))
}

async fn prepare_schemas(config: &Config, connected: &Connected) -> Result<(), Failure> {
    super::refuse_newer_schemas(connected).await?;
    // nobody but this program looks after an embedded store; a server's schema may have an owner
    connected.migrate(|engine| config.migrate.unwrap_or(engine == Engine::Sqlite)).await?;
    let refusal = |(role, engine, state)| match state {
        SchemaState::Behind(missing) => Some(format!(
            "the schema of the {} store ({engine}) lacks {}: run `polystore migrate`, or start with --migrate",
            Role::name(role),
            missing.join(", "),
        )),
        _ => None,
    };
    super::all_well(connected.schemas().await?.into_iter().filter_map(refusal).collect())
}

/// Fills empty embedded stores with the demo shop; makes the hot copies anew where they are lost.
async fn prepare_data(config: &Config, stores: &Stores) -> Result<(), Failure> {
    let unfinished = Unfinished::of(config);
    if config.demo && config.embedded() && (unfinished.is_there() || seed::are_empty(&*stores.relational, &*stores.documents).await?) {
        unfinished.note()?;
        seed::run(&*stores.relational, &*stores.documents, &*stores.hot, &Plan::DEMO, &Stderr::new()).await?;
        unfinished.remove()?;
    } else if stores.hot.ranking_top(Board::BestSellers, 1).await?.is_empty() {
        // they died with the last process, or with their server
        if let Err(error) = rebuild_hot(&*stores.relational, &*stores.documents, &*stores.hot).await {
            // lists and counts are missing until the next start; all else can be served
            tracing::warn!("the hot copies could not be made anew: {}", super::store_detail(&error));
        }
    }
    Ok(())
}

/// A file that is there from before the demo's first row until after its last one, so that a demo that was cut off is told
/// from a shop of one's own. It names the stores: another shop may use the same folder.
struct Unfinished {
    file: PathBuf,
    stores: String,
}

impl Unfinished {
    fn of(config: &Config) -> Self {
        Self { file: config.data.join(".demo-unfinished"), stores: format!("{}\n{}\n", config.relational, config.documents) }
    }

    fn is_there(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|stores| stores == self.stores)
    }

    fn note(&self) -> Result<(), Failure> {
        let folder = self.file.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| std::fs::write(&self.file, &self.stores)).map_err(|error| self.failed(&error))
    }

    fn remove(&self) -> Result<(), Failure> {
        std::fs::remove_file(&self.file).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::Told(format!("cannot note in {} how far the demo came: {error}: check POLYSTORE_DATA", self.file.display()))
    }
}

/// What is served, and where; what is switched off is not named.
fn welcome(address: SocketAddr, stores: &Stores, options: &http::Options, schema: bool) -> String {
    let (relational, documents, hot) = (stores.relational.engine(), stores.documents.engine(), stores.hot.engine());
    let (version, scheme) = (env!("CARGO_PKG_VERSION"), if options.https { "https" } else { "http" });
    let place = |path: &str| format!("{scheme}://{address}{path}");
    let lines = [
        options.console.then(|| format!("console   {}", place("/graphiql"))),
        Some(format!("endpoint  {}", place("/graphql"))),
        schema.then(|| format!("schema    {}", place("/schema.graphql"))),
        Some(format!("health    {}  {}", place("/livez"), place("/readyz"))),
    ];
    let lines: String = lines.into_iter().flatten().map(|line| format!("  {line}\n")).collect();
    format!("polystore {version} on {relational} (relational), {documents} (documents), {hot} (hot)\n{lines}")
}

/// Ctrl-C, or the signal that service managers send. Heard from the moment this is made.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn signal(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
