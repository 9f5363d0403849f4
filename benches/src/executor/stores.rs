//! Stores within this process.

use super::Failed;
use polystore::{
    engines::{Limits, memory::Memory, sqlite::Sqlite},
    progress::Silent,
    roles::Store as _,
    seed::{self, Plan, Scale},
    stores::Stores,
};
use std::{path::Path, sync::Arc};

/// Readers of SQLite: an operation asks at most so many questions at once.
const CONNECTIONS: u32 = 4;

/// Opens SQLite, in memory or in a file, for both durable roles, and process memory for the hot one; fills them if they are empty.
pub async fn open(file: Option<&Path>, scale: f64) -> Result<Stores, Failed> {
    let url = file.map_or_else(|| "sqlite::memory:".to_owned(), |file| format!("sqlite:{}", file.display()));
    let sqlite = Arc::new(Sqlite::connect(&url, &Limits { connections: CONNECTIONS }).await?);
    sqlite.migrate().await?;
    let hot = Arc::new(Memory::new());
    if seed::are_empty(&*sqlite, &*sqlite).await? {
        let plan = Plan { scale: Scale::new(scale)?, seed: 1 };
        seed::run(&*sqlite, &*sqlite, &*hot, &plan, &Silent).await?;
    }
    Ok(Stores::layered(sqlite.clone(), sqlite, hot, None))
}
