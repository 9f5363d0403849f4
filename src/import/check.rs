//! What a row cannot know by itself: whether the rows that it names exist, in the files or in the store, and are good themselves.

use super::{
    ImportError,
    entity::Entity,
    order,
    report::{Report, shown},
    staging::{Staged, Staging},
    taken,
};
use crate::{
    roles::{Documents, Relational},
    shop::{Audience, Currency, Detail, OrderWithItems, ProductFilter, ProductOrder, Window},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Keys that a store is asked for at once.
pub(super) const CHUNK: usize = 1_000;

type Known = HashMap<Entity, HashSet<Uuid>>;

/// Takes away every row whose references are not good, and gives back the orders with their lines.
pub async fn check(
    staging: &mut Staging,
    report: &mut Report,
    currency: Currency,
    relational: &dyn Relational,
    documents: &dyn Documents,
) -> Result<Vec<OrderWithItems>, ImportError> {
    shop_currency(staging, report, currency, relational).await?;
    taken::drop_taken(staging, report, relational, documents).await?;
    let mut known = stored(staging, relational, documents).await?;

    // in the order in which rows lean on one another; a row that falls takes those with it that name it
    sift(&mut staging.customers, &known, report);
    learn(&mut known, Entity::Customers, staging.customers.iter().map(|staged| staged.row.id.uuid()));
    sift_categories(staging, &mut known, report);
    sift(&mut staging.products, &known, report);
    learn(&mut known, Entity::Products, staging.products.iter().map(|staged| staged.row.id.uuid()));
    sift(&mut staging.orders, &known, report);
    let orders = sift_items(staging, &known, report);
    learn(&mut known, Entity::Orders, staging.orders.iter().map(|staged| staged.row.id.uuid()));
    sift(&mut staging.articles, &known, report);
    learn(&mut known, Entity::Articles, staging.articles.iter().map(|staged| staged.row.id.uuid()));
    sift(&mut staging.comments, &known, report);
    sift(&mut staging.preferences, &known, report);
    sift(&mut staging.activity, &known, report);
    Ok(orders)
}

fn learn(known: &mut Known, entity: Entity, ids: impl Iterator<Item = Uuid>) {
    known.entry(entity).or_default().extend(ids);
}

/// Takes away rows that name what is not known; says how many.
fn sift<T>(rows: &mut Vec<Staged<T>>, known: &Known, report: &mut Report) -> usize {
    let before = rows.len();
    rows.retain(|staged| {
        let missing = staged.refs.iter().find(|to| !known.get(&to.entity).is_some_and(|ids| ids.contains(&to.id)));
        if let Some(to) = missing {
            let reason = format!("{} is neither a good row of the files nor in the store ({})", shown(&to.key), to.entity.name());
            report.files[staged.file].bad_row(staged.line, to.field, reason);
        }
        missing.is_none()
    });
    before - rows.len()
}

/// A tree: parents before children, so that large trees can be written in pieces; rings fall, and what hangs below what falls.
fn sift_categories(staging: &mut Staging, known: &mut Known, report: &mut Report) {
    let mut waiting = std::mem::take(&mut staging.categories);
    let mut sorted = Vec::with_capacity(waiting.len());
    loop {
        let stands = |staged: &Staged<_>| staged.refs.iter().all(|to| known.get(&to.entity).is_some_and(|ids| ids.contains(&to.id)));
        let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(stands);
        if ready.is_empty() {
            waiting = later;
            break;
        }
        learn(known, Entity::Categories, ready.iter().map(|staged| staged.row.id.uuid()));
        sorted.extend(ready);
        waiting = later;
    }
    sift(&mut waiting, known, report);
    staging.categories = sorted;
}

/// Lines go to orders of the files only: the lines of an order in the store are not known here.
fn sift_items(staging: &mut Staging, known: &Known, report: &mut Report) -> Vec<OrderWithItems> {
    let good: HashSet<Uuid> = staging.orders.iter().map(|staged| staged.row.id.uuid()).collect();
    let mut spoiled = Vec::new();
    staging.items.retain(|staged| {
        let product = known.get(&Entity::Products).is_some_and(|ids| ids.contains(&staged.row.product_id.uuid()));
        let missing = staged.refs.iter().find(|to| if to.entity == Entity::Orders { !good.contains(&to.id) } else { !product });
        if let Some(to) = missing {
            let reason = format!("{} is not a good row of the files ({})", shown(&to.key), to.entity.name());
            report.files[staged.file].bad_row(staged.line, to.field, reason);
            spoiled.push(staged.row.order_id.uuid());
        }
        missing.is_none()
    });
    staging.spoiled.extend(spoiled);
    order::assemble(staging, report)
}

/// What the rows name and the files do not have, as far as the stores have it.
async fn stored(staging: &Staging, relational: &dyn Relational, documents: &dyn Documents) -> Result<Known, ImportError> {
    let mut wanted: HashMap<Entity, HashSet<Uuid>> = HashMap::new();
    let mut want = |refs: &[super::fields::Ref]| {
        for to in refs.iter().filter(|to| !staging.names(to.entity, to.id)) {
            wanted.entry(to.entity).or_default().insert(to.id);
        }
    };
    staging.categories.iter().for_each(|staged| want(&staged.refs));
    staging.products.iter().for_each(|staged| want(&staged.refs));
    staging.orders.iter().for_each(|staged| want(&staged.refs));
    staging.items.iter().for_each(|staged| want(&staged.refs));
    staging.articles.iter().for_each(|staged| want(&staged.refs));
    staging.comments.iter().for_each(|staged| want(&staged.refs));
    staging.preferences.iter().for_each(|staged| want(&staged.refs));
    staging.activity.iter().for_each(|staged| want(&staged.refs));
    let mut known = Known::new();
    for (entity, ids) in wanted {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        for chunk in ids.chunks(CHUNK) {
            let found: Vec<Uuid> = match entity {
                Entity::Customers => uuids(relational.customers_by_ids(&typed(chunk)).await?, |row| row.id.uuid()),
                Entity::Categories => uuids(relational.categories_by_ids(&typed(chunk)).await?, |row| row.id.uuid()),
                Entity::Products => uuids(relational.products_by_ids(&typed(chunk), Detail::Whole).await?, |row| row.id.uuid()),
                Entity::Orders => uuids(relational.orders_by_ids(&typed(chunk), Audience::Everything).await?, |row| row.id.uuid()),
                Entity::Articles => {
                    uuids(documents.articles_by_ids(&typed(chunk), Detail::Summary, Audience::Everything).await?, |row| row.id.uuid())
                }
                Entity::OrderItems | Entity::Comments | Entity::Preferences | Entity::Activity => Vec::new(),
            };
            learn(&mut known, entity, found.into_iter());
        }
    }
    Ok(known)
}

fn typed<T: From<Uuid>>(ids: &[Uuid]) -> Vec<T> {
    ids.iter().map(|id| T::from(*id)).collect()
}

fn uuids<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Vec<Uuid> {
    rows.iter().map(id).collect()
}

/// The shop trades in one currency; a mapping in another one is refused whole.
async fn shop_currency(staging: &Staging, report: &mut Report, currency: Currency, relational: &dyn Relational) -> Result<(), ImportError> {
    let first = staging.products.first().map(|staged| staged.file).or(staging.orders.first().map(|staged| staged.file));
    let Some(file) = first else { return Ok(()) };
    let page = relational.products_page(&ProductFilter::default(), ProductOrder::default(), &Window::first(1), Detail::Whole).await?;
    if let Some(product) = page.items.first().filter(|product| product.price.currency != currency) {
        let reason = format!("the mapping's amounts are in {}, the shop trades in {}", currency.code(), product.price.currency.code());
        report.files[file].break_off(0, "currency", reason);
    }
    Ok(())
}
