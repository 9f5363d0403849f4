//! The three containers.

use std::{
    collections::HashMap,
    future::Future,
    process,
    time::{Duration, Instant, SystemTime},
};
use testcontainers_modules::{
    mongo::Mongo,
    postgres::Postgres,
    redis::Redis,
    testcontainers::{
        ContainerAsync, ContainerRequest, Image, ImageExt, TestcontainersError,
        bollard::{
            errors::Error as EngineError,
            query_parameters::{ListContainersOptions, RemoveContainerOptions},
        },
        core::{
            Mount,
            client::{ClientError, docker_client_instance},
        },
        runners::AsyncRunner,
    },
};

/// Longer than the library's minute: a busy machine starts three servers at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every test has its own database and its own connections. Nothing here outlives the run, so nothing needs to reach a disk.
const POSTGRES: [&str; 12] = [
    "-c",
    "fsync=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "max_connections=400",
    "-c",
    "max_wal_size=256MB",
    "-c",
    "autovacuum=off",
];

/// The stores that run, and how to reach them.
pub struct Stores {
    variables: [(&'static str, String); 4],
}

impl Stores {
    /// Starts all three at once, each with the label.
    pub async fn start(label: &str) -> Result<Self, String> {
        let data = Mount::tmpfs_mount("/var/lib/postgresql/data");
        let postgres = Postgres::default().with_tag("17-alpine").with_cmd(POSTGRES).with_mount(data);
        let mongodb = Mongo::repl_set().with_tag("7.0");
        let redis = Redis::default().with_tag("7-alpine").with_cmd(["--save", ""]);
        let (postgres, mongodb, redis) = tokio::try_join!(
            started("PostgreSQL", postgres, label, 5432),
            started("MongoDB", mongodb, label, 27017),
            started("Redis", redis, label, 6379),
        )?;
        Ok(Self {
            variables: [
                ("TEST_DATABASE_URL", format!("postgres://postgres:postgres@{postgres}/postgres")),
                // the set's member is known by a name that only its container can resolve
                ("TEST_MONGODB_URL", format!("mongodb://{mongodb}/?directConnection=true")),
                ("TEST_REDIS_URL", format!("redis://{redis}")),
                ("POLYSTORE_REQUIRE", "postgres,mongodb,redis".into()),
            ],
        })
    }

    /// What the tests read.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

/// Starts one store, says so, and gives its address. The container goes on: it is removed by its label.
async fn started<I: Image>(store: &str, request: ContainerRequest<I>, label: &str, port: u16) -> Result<String, String> {
    let begin = Instant::now();
    let image = request.descriptor();
    let (name, value) = label.split_once('=').unwrap_or((label, ""));
    let request = request.with_startup_timeout(PATIENCE).with_label(name, value);
    let container = request.start().await.map_err(|error| explain(&image, &error))?;
    let address = address(&container, port).await.map_err(|error| explain(&image, &error))?;
    std::mem::forget(container);
    eprintln!("testbed: {store:<10} {image:<18} {:.1} s", begin.elapsed().as_secs_f64());
    Ok(address)
}

async fn address<I: Image>(container: &ContainerAsync<I>, port: u16) -> Result<String, TestcontainersError> {
    let host = container.get_host().await?.to_string();
    let port = container.get_host_port_ipv4(port).await?;
    // the port is published for IPv4 alone
    Ok(format!("{}:{port}", if host == "localhost" { "127.0.0.1" } else { &host }))
}

fn explain(image: &str, error: &TestcontainersError) -> String {
    match error {
        TestcontainersError::Client(ClientError::PullImage { .. }) => format!(
            "{error}\n  The image is not on this machine and cannot be fetched. See why with: docker pull {image}\n  Without images, use local servers: TEST_STORES=local ./scripts/test"
        ),
        TestcontainersError::Client(_) => {
            format!("{image}: {error}\n  Does the container engine answer? See: docker info")
        }
        TestcontainersError::WaitContainer(_) => format!("{image} did not get ready within {} s: {error}", PATIENCE.as_secs()),
        _ => format!("{image}: {error}"),
    }
}

/// A label that only the containers of this run have, as `name=value`.
pub fn label() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("polystore.testbed={}-{}", process::id(), now.as_millis())
}

/// Removes the containers with this label and their volumes, also those that are half started.
pub async fn remove(label: &str) -> Result<(), String> {
    let docker = docker_client_instance().await.map_err(|error| error.to_string())?;
    let filters = HashMap::from([("label".to_string(), vec![label.to_string()])]);
    let options = ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
    let found = docker.list_containers(Some(options)).await.map_err(|error| error.to_string())?;
    let removals = found.into_iter().filter_map(|container| container.id).map(|id| {
        let docker = docker.clone();
        tokio::spawn(async move { docker.remove_container(&id, Some(RemoveContainerOptions { force: true, v: true, link: false })).await })
    });
    let removals: Vec<_> = removals.collect();
    for removal in removals {
        gone(removal).await?;
    }
    Ok(())
}

async fn gone(removal: impl Future<Output = Result<Result<(), EngineError>, tokio::task::JoinError>>) -> Result<(), String> {
    match removal.await {
        // somebody else removed it, or is about to
        Ok(Ok(()) | Err(EngineError::DockerResponseServerError { status_code: 404 | 409, .. })) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
