//! Values that one row alone may have and that another row in the store has already: they cannot be given away again.

use super::{
    check::CHUNK,
    report::{FileReport, Report, shown},
    staging::{Staged, Staging},
};
use crate::{
    roles::{Documents, Relational, Result},
    shop::{Article, Audience, Category, Customer, Detail, Product},
};
use std::collections::HashMap;
use uuid::Uuid;

/// A field whose value one row alone may have.
struct Unique<T> {
    field: &'static str,
    value: fn(&T) -> &String,
    /// Who has such a value in the store.
    owners: HashMap<String, Uuid>,
}

impl<T> Unique<T> {
    /// Asks the store for the rows that have these rows' values.
    async fn ask(
        rows: &[Staged<T>],
        (field, value): (&'static str, fn(&T) -> &String),
        id: fn(&T) -> Uuid,
        ask: impl AsyncFn(&[String]) -> Result<Vec<T>>,
    ) -> Result<Self> {
        let mut owners = HashMap::new();
        for chunk in rows.chunks(CHUNK) {
            let values: Vec<String> = chunk.iter().map(|staged| value(&staged.row).clone()).collect();
            owners.extend(ask(&values).await?.iter().map(|row| (value(row).clone(), id(row))));
        }
        Ok(Self { field, value, owners })
    }

    /// The row's value, if another row in the store has it.
    fn taken<'a>(&self, row: &'a T, id: Uuid) -> Option<&'a String> {
        let value = (self.value)(row);
        self.owners.get(value).filter(|owner| **owner != id).map(|_| value)
    }
}

/// Takes away every row with a value that another row in the store has.
pub async fn drop_taken(staging: &mut Staging, report: &mut Report, relational: &dyn Relational, documents: &dyn Documents) -> Result<()> {
    let files = &mut report.files;

    let id = |row: &Customer| row.id.uuid();
    let rows = &mut staging.customers;
    let emails = Unique::ask(rows, ("email", |row| &row.email), id, async |emails| relational.customers_by_emails(emails).await).await?;
    sift(rows, id, &[emails], files);

    let id = |row: &Category| row.id.uuid();
    let rows = &mut staging.categories;
    let slugs = Unique::ask(rows, ("slug", |row| &row.slug), id, async |slugs| relational.categories_by_slugs(slugs).await).await?;
    sift(rows, id, &[slugs], files);

    let id = |row: &Product| row.id.uuid();
    let rows = &mut staging.products;
    let skus = Unique::ask(rows, ("sku", |row| &row.sku), id, async |skus| relational.products_by_skus(skus).await).await?;
    let slugs = Unique::ask(rows, ("slug", |row| &row.slug), id, async |slugs| relational.products_by_slugs(slugs).await).await?;
    sift(rows, id, &[skus, slugs], files);

    let id = |row: &Article| row.id.uuid();
    let rows = &mut staging.articles;
    let ask = async |slugs: &[String]| documents.articles_by_slugs(slugs, Detail::Summary, Audience::Everything).await;
    let slugs = Unique::ask(rows, ("slug", |row| &row.slug), id, ask).await?;
    sift(rows, id, &[slugs], files);
    Ok(())
}

/// A row counts as bad once, however many of its values are taken.
fn sift<T>(rows: &mut Vec<Staged<T>>, id: fn(&T) -> Uuid, uniques: &[Unique<T>], files: &mut [FileReport]) {
    rows.retain(|staged| {
        let file = &mut files[staged.file];
        let mut good = true;
        for unique in uniques {
            if let Some(value) = unique.taken(&staged.row, id(&staged.row)) {
                file.problem(staged.line, unique.field, format_args!("{} belongs to another row in the store", shown(value)));
                good = false;
            }
        }
        file.bad += u64::from(!good);
        good
    });
}
