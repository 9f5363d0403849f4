//! A user's own CSV and NDJSON files, described by a mapping. First every row of every file is read and held to the rules of the
//! shop; only then is anything written. `docs/import.md` is the user's side of it.

mod activity;
mod article;
mod category;
mod check;
mod comment;
mod csv;
mod customer;
mod entity;
mod fields;
mod ids;
mod mapping;
mod ndjson;
mod order;
mod preferences;
mod product;
mod report;
mod row;
mod rule;
mod slug;
mod staging;
mod taken;
mod template;

pub use report::{FileReport, MAX_PROBLEMS, Report};

use crate::{
    actions::rebuild_hot,
    error::StoreError,
    progress::Progress,
    roles::{Documents, Hot, Relational},
    shop::OrderWithItems,
};
use mapping::Mapping;
use staging::{Staged, Staging};
use std::path::{Path, PathBuf};

/// Why nothing could be imported. Bad rows are no such reason: they are in the [`Report`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping itself cannot be used.
    #[error("the mapping {0} cannot be used: {1}")]
    Mapping(PathBuf, String),
    /// A store refused or failed. Entities that came before may be written, each as a whole; importing again is safe.
    #[error("the rows could not be checked or written")]
    Store(#[from] StoreError),
}

/// How to import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The folder that the mapping's paths start from; the mapping's own folder if there is none.
    pub data: Option<&'a Path>,
    /// Write the good rows although some are bad.
    pub skip_bad: bool,
}

/// Reads the mapping alone, so that a mistake in it is told before any store is touched.
pub fn check_mapping(path: &Path) -> Result<(), ImportError> {
    read_mapping(path).map(drop)
}

fn read_mapping(path: &Path) -> Result<Mapping, ImportError> {
    let unusable = |reason: String| ImportError::Mapping(path.to_owned(), reason);
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    Mapping::parse(&text).map_err(unusable)
}

/// Imports the files of a mapping. Running it again with the same files changes nothing.
pub async fn run(
    mapping_path: &Path,
    options: Options<'_>,
    relational: &dyn Relational,
    documents: &dyn Documents,
    hot: &dyn Hot,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let mapping = read_mapping(mapping_path)?;
    let base = options.data.or(mapping_path.parent()).unwrap_or(Path::new(""));

    let file = |file: &mapping::File| FileReport { path: file.path.clone(), entity: file.entity.name(), ..FileReport::default() };
    let mut report = Report { files: mapping.files.iter().map(file).collect(), wrote: false };
    let mut staging = Staging::default();
    let step = progress.start("reading files", mapping.files.len() as u64);
    for place in 0..mapping.files.len() {
        staging.read(&mapping, base, place, &mut report.files);
        step.advance(1);
    }
    step.finish();
    if report.broken() {
        // without the file's rows every row that names one of them would look bad
        return Ok(report);
    }
    let orders = check::check(&mut staging, &mut report, mapping.currency, relational, documents).await?;
    if report.broken() || (report.bad() > 0 && !options.skip_bad) {
        return Ok(report);
    }
    write(staging, orders, relational, documents, progress).await?;
    for file in &mut report.files {
        file.written = file.read - file.bad;
    }
    report.wrote = true;
    // one after the other: both may be the same server, which looks at a table once at a time
    relational.filled().await;
    documents.filled().await;
    let step = progress.start("hot copies", 1);
    rebuild_hot(relational, documents, hot).await?;
    step.advance(1);
    step.finish();
    Ok(report)
}

/// Puts a list's rows in one call, which is one transaction: a row that is in conflict with the store keeps all of them out.
macro_rules! put {
    ($progress:ident, $what:literal, $rows:expr, $store:ident.$put:ident) => {{
        let rows = $rows;
        let step = $progress.start($what, rows.len() as u64);
        $store.$put(&rows).await?;
        step.advance(rows.len() as u64);
        step.finish();
    }};
}

/// Owners before those who name them; activity last.
async fn write(
    staging: Staging,
    orders: Vec<OrderWithItems>,
    relational: &dyn Relational,
    documents: &dyn Documents,
    progress: &dyn Progress,
) -> Result<(), StoreError> {
    put!(progress, "customers", bare(staging.customers), relational.customers_put);
    put!(progress, "categories", bare(staging.categories), relational.categories_put);
    put!(progress, "products", bare(staging.products), relational.products_put);
    put!(progress, "orders", orders, relational.orders_put);
    put!(progress, "articles", bare(staging.articles), documents.articles_put);
    put!(progress, "comments", bare(staging.comments), documents.comments_put);
    put!(progress, "preferences", bare(staging.preferences), documents.preferences_put);
    put!(progress, "activity", bare(staging.activity), documents.activity_put);
    Ok(())
}

fn bare<T>(rows: Vec<Staged<T>>) -> Vec<T> {
    rows.into_iter().map(|staged| staged.row).collect()
}
