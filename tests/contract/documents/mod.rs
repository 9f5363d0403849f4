//! What every documents engine promises.

mod activity;
mod article;
mod article_audience;
mod article_children;
mod article_plan;
mod article_search;
mod article_write;
mod audit;
mod audit_mongodb;
mod comment;
mod mongodb;
mod mongodb_write;
mod outbox;
mod preferences;
mod revision;
mod store;
mod views;
mod walk;
mod writing;

use libtest_mimic::Trial;
use polystore::error::Engine;

pub const ENGINES: &[Engine] = &[Engine::Postgres, Engine::Sqlite, Engine::Mongodb];

pub fn trials() -> Vec<Trial> {
    let all = [
        store::trials(),
        article::trials(),
        article_audience::trials(),
        article_children::trials(),
        article_plan::trials(),
        article_search::trials(),
        article_write::trials(),
        audit::trials(),
        audit_mongodb::trials(),
        revision::trials(),
        comment::trials(),
        preferences::trials(),
        activity::trials(),
        views::trials(),
        outbox::trials(),
        mongodb::trials(),
        mongodb_write::trials(),
    ];
    all.into_iter().flatten().collect()
}
