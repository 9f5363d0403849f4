//! The comparison on the embedded stores: polystore over SQLite and process memory, RAW over the same file, and a map and lists of its own.

use super::{
    How, operations, samples,
    servers::{Kind, Server, embed},
    verdict::{AGAIN, POLYSTORE, RAW},
};
use crate::raw::{
    Failed,
    embedded::Stores,
    text::{Id, cursor},
};
use serde_json::{Value, json};
use sqlx::Row as _;
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};
use uuid::Uuid;

/// How often as much CPU as RAW each operation may take.
pub const GOAL: f64 = 1.5;

/// Different requests of an operation, and different pages, at most.
const MOST: i64 = 2_000;
const PAGES: i64 = 500;

/// What to compare, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Folder of the embedded stores; filled the first time
    #[arg(long)]
    data: PathBuf,
    /// How large a shop it is filled with
    #[arg(long, default_value = "1")]
    scale: f64,
    /// Connections to the file at most
    #[arg(long, env = "POLYSTORE_CONNECTIONS", default_value = "8")]
    store_connections: u32,
    #[command(flatten)]
    how: How,
}

/// The `embedded` command.
pub async fn run(options: &Options) -> Result<ExitCode, Failed> {
    let Options { data, scale, store_connections, how } = options;
    let run = how.begin()?;
    let chosen = operations::chosen(&how.operation)?;
    seed(&run.polystore, data, *scale)?;
    let data = &data.canonicalize()?;
    let stores = Stores::open(data, *store_connections).await?;
    let servers = [
        Server::start_embedded(RAW, Kind::RawEmbedded, &run.own, run.pinned, data).await?,
        Server::start_embedded(POLYSTORE, Kind::Polystore, &run.polystore, run.pinned, data).await?,
        Server::start_embedded(AGAIN, Kind::RawEmbedded, &run.own, run.pinned, data).await?,
    ];
    let mut asked = Vec::new();
    for operation in chosen {
        asked.push((operation, sample(operation.name, &stores).await?));
    }
    run.compare(&servers, asked, None, format!("{store_connections} connections to the file")).await
}

/// Fills the folder, unless that was done before.
fn seed(polystore: &Path, data: &Path, scale: f64) -> Result<(), Failed> {
    let done = data.join("seeded");
    if done.exists() {
        return Ok(());
    }
    eprintln!("bench: filling {} at scale {scale}", data.display());
    std::fs::create_dir_all(data)?;
    let mut command = Command::new(polystore);
    command.args(["seed", "--scale", &scale.to_string()]).env("POLYSTORE_LOG", "error").stdin(Stdio::null()).stdout(Stdio::null());
    let status = embed(&mut command, &data.canonicalize()?).status()?;
    if !status.success() {
        return Err(format!("polystore seed ended with {status}").into());
    }
    Ok(std::fs::write(done, "")?)
}

/// Which things are asked for: rows of the file in the order of the random part of their ids, so that every run asks for the same.
async fn sample(operation: &str, stores: &Stores) -> Result<Vec<Value>, Failed> {
    let rows = |sql: &'static str, most: i64| sqlx::query(sql).bind(most).fetch_all(&stores.sqlite);
    let mut asked = Vec::new();
    match operation {
        "product" => {
            for row in rows("SELECT id FROM products ORDER BY substr(id, 10) LIMIT ?1", MOST).await? {
                asked.push(json!({ "id": Id("product", row.try_get(0)?) }));
            }
        }
        "customer_home" => {
            for row in rows("SELECT id FROM customers ORDER BY substr(id, 10) LIMIT ?1", MOST).await? {
                asked.push(json!({ "id": Id("customer", row.try_get(0)?), "rows": 5 }));
            }
        }
        "trending" => asked = samples::windows(),
        "best_sellers" => asked = samples::most_sold(),
        "order_feed" => {
            for row in rows("SELECT placed_at, id FROM orders ORDER BY substr(id, 10) LIMIT ?1", PAGES).await? {
                let (at, id): (i64, Uuid) = (row.try_get(0)?, row.try_get(1)?);
                asked.push(json!({ "first": 50, "after": cursor("orders/PlacedDesc", at, id) }));
            }
        }
        _ => {
            let sql = "
                SELECT tag, created_at, id FROM article_tags
                WHERE number IN (SELECT number FROM articles WHERE status = 'PUBLISHED')
                ORDER BY substr(id, 10), tag LIMIT ?1";
            // one in four is the first page, which is what most look at
            for (place, row) in rows(sql, PAGES).await?.iter().enumerate() {
                let (tag, at, id): (&str, i64, Uuid) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                asked.push(if place % 4 == 0 {
                    json!({ "tag": tag, "first": 20 })
                } else {
                    json!({ "tag": tag, "first": 20, "after": cursor("articles/CreatedDesc", at, id) })
                });
            }
        }
    }
    Ok(asked)
}
