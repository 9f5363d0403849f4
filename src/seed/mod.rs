//! Fictional data: a shop for people who walk, cook and read. The same plan gives the same rows on any machine and in any store.
//!
//! Heads (ids and times that other rows refer to) are made first and kept; rows are made in chunks while they are written.
//! Activity is written last of all.

mod activity;
mod article;
mod category;
mod comment;
mod customer;
mod documents;
mod order;
mod patience;
mod phrase;
mod plan;
mod preferences;
mod product;
mod rng;
mod words;
mod world;

pub use documents::BadDocument;
pub use plan::{BadScale, Plan, Scale};

use crate::{
    actions::rebuild_hot,
    error::StoreError,
    progress::Progress,
    roles::{Documents, Hot, Relational},
    shop::{ArticleFilter, ArticleOrder, Audience, Category, CustomerFilter, Detail, ProductFilter, ProductOrder, Window},
};
use documents::{HandWritten, Names};
use patience::patiently;
use rng::For;
use world::World;

/// Why a store could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A store refused or failed.
    #[error("the data could not be written")]
    Store(#[from] StoreError),
    /// The hand-written documents are not as they should be.
    #[error("the hand-written documents could not be loaded")]
    Document(#[from] BadDocument),
}

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub customers: u64,
    pub categories: u64,
    pub products: u64,
    pub orders: u64,
    pub order_items: u64,
    pub articles: u64,
    pub comments: u64,
    pub preferences: u64,
    pub activity: u64,
}

/// Whether nothing at all is in the stores. What is there is somebody's own, and stays without the demo.
pub async fn are_empty(relational: &dyn Relational, documents: &dyn Documents) -> crate::roles::Result<bool> {
    let one = Window::first(1);
    // a ring of categories has no root: what would be in the demo's way is looked for by name
    let slugs: Vec<_> = category::rows(&mut World::new(Plan::DEMO).stream(For::Category)).into_iter().map(|row| row.slug).collect();
    Ok(relational.customers_page(&CustomerFilter::default(), &one).await?.items.is_empty()
        && relational.products_page(&ProductFilter::default(), ProductOrder::default(), &one, Detail::Whole).await?.items.is_empty()
        && relational.categories_roots().await?.is_empty()
        && relational.categories_by_slugs(&slugs).await?.is_empty()
        && documents
            .articles_page(&ArticleFilter::default(), ArticleOrder::default(), &one, Detail::Summary, Audience::Everything)
            .await?
            .items
            .is_empty()
        && documents.view_counts().await?.is_empty())
}

/// Fills the stores, then makes the hot copies from them. Running it again with the same plan changes nothing.
pub async fn run(
    relational: &dyn Relational,
    documents: &dyn Documents,
    hot: &dyn Hot,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<Summary, SeedError> {
    let world = World::new(*plan);
    let hand_written = documents::load(&names(&world))?;
    let categories = category::rows(&mut world.stream(For::Category));
    patiently(|| relational.categories_put(&categories)).await?;
    let (mut summary, written) = futures::try_join!(
        write_relational(&world, &categories, relational, progress),
        write_documents(&world, &hand_written, documents, progress)
    )?;
    (summary.articles, summary.comments, summary.preferences) = written;
    let mut rows = activity::rows(&world);
    let step = progress.start("activity", world.plan.activity() as u64);
    while let Some(chunk) = chunk(&mut rows, 5_000) {
        patiently(|| documents.activity_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        summary.activity += chunk.len() as u64;
    }
    step.finish();
    // one after the other: both may be the same server, which looks at a table once at a time
    relational.filled().await;
    documents.filled().await;
    let step = progress.start("hot copies", 1);
    patiently(|| rebuild_hot(relational, documents, hot)).await?;
    step.advance(1);
    step.finish();
    Ok(summary)
}

/// Fills the relational role alone, with the same rows.
pub async fn run_relational(relational: &dyn Relational, plan: &Plan, progress: &dyn Progress) -> Result<Summary, SeedError> {
    let world = World::new(*plan);
    let categories = category::rows(&mut world.stream(For::Category));
    relational.categories_put(&categories).await?;
    let summary = write_relational(&world, &categories, relational, progress).await?;
    relational.filled().await;
    Ok(summary)
}

/// The next rows, or none.
fn chunk<T>(rows: &mut impl Iterator<Item = T>, size: usize) -> Option<Vec<T>> {
    let chunk: Vec<T> = rows.take(size).collect();
    (!chunk.is_empty()).then_some(chunk)
}

/// Products, customers, orders.
async fn write_relational(
    world: &World,
    categories: &[Category],
    relational: &dyn Relational,
    progress: &dyn Progress,
) -> Result<Summary, SeedError> {
    let mut summary = Summary { categories: categories.len() as u64, ..Summary::default() };
    let mut rows = product::rows(world, categories);
    let step = progress.start("products", world.goods.len() as u64);
    while let Some(chunk) = chunk(&mut rows, 2_000) {
        patiently(|| relational.products_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        summary.products += chunk.len() as u64;
    }
    step.finish();

    let mut rows = customer::rows(world);
    let step = progress.start("customers", world.people.len() as u64);
    while let Some(chunk) = chunk(&mut rows, 5_000) {
        patiently(|| relational.customers_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        summary.customers += chunk.len() as u64;
    }
    step.finish();

    let mut rows = order::rows(world);
    let step = progress.start("orders", world.plan.orders() as u64);
    while let Some(chunk) = chunk(&mut rows, 2_000) {
        patiently(|| relational.orders_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        summary.orders += chunk.len() as u64;
        summary.order_items += chunk.iter().map(|order| order.items.len() as u64).sum::<u64>();
    }
    step.finish();
    Ok(summary)
}

/// Articles, comments, preferences.
async fn write_documents(
    world: &World,
    hand_written: &HandWritten,
    documents: &dyn Documents,
    progress: &dyn Progress,
) -> Result<(u64, u64, u64), SeedError> {
    let (mut articles, mut comments, mut preferences) = (0, 0, 0);

    let mut rows = article::rows(world).chain(hand_written.articles.iter().cloned());
    let step = progress.start("articles", (world.pieces.len() + hand_written.articles.len()) as u64);
    while let Some(chunk) = chunk(&mut rows, 500) {
        patiently(|| documents.articles_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        articles += chunk.len() as u64;
    }
    step.finish();

    let mut rows = comment::rows(world).chain(hand_written.comments.iter().cloned());
    let step = progress.start("comments", (world.plan.comments() + hand_written.comments.len()) as u64);
    while let Some(chunk) = chunk(&mut rows, 5_000) {
        patiently(|| documents.comments_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        comments += chunk.len() as u64;
    }
    step.finish();

    // whoever has hand-written preferences gets no others
    let generated = preferences::rows(world).filter(|row| hand_written.preferences.iter().all(|own| own.customer_id != row.customer_id));
    let mut rows = generated.chain(hand_written.preferences.iter().cloned());
    let step = progress.start("preferences", world.people.len() as u64);
    while let Some(chunk) = chunk(&mut rows, 5_000) {
        patiently(|| documents.preferences_put(&chunk)).await?;
        step.advance(chunk.len() as u64);
        preferences += chunk.len() as u64;
    }
    step.finish();
    Ok((articles, comments, preferences))
}

/// What the hand-written documents may name: the staff, and the products of the staff's choice, which stand first in their lists.
fn names(world: &World) -> Names {
    let categories = category::rows(&mut world.stream(For::Category));
    Names {
        customers: customer::rows(world).take(customer::STAFF.len()).map(|row| (row.email, row.id)).collect(),
        products: product::rows(world, &categories).take(product::NAMED.len()).map(|row| (row.slug, row.id)).collect(),
    }
}
