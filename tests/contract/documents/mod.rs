//! What every documents engine promises.

mod activity;
mod article;
mod article_children;
mod article_search;
mod comment;
mod mongodb;
mod preferences;
mod store;
mod walk;

use libtest_mimic::Trial;
use polystore::error::Engine;

pub const ENGINES: &[Engine] = &[Engine::Postgres, Engine::Sqlite, Engine::Mongodb];

pub fn trials() -> Vec<Trial> {
    let all = [
        store::trials(),
        article::trials(),
        article_children::trials(),
        article_search::trials(),
        comment::trials(),
        preferences::trials(),
        activity::trials(),
        mongodb::trials(),
    ];
    all.into_iter().flatten().collect()
}
