//! Views.

use super::{
    payload::UserError,
    run::{id, run},
};
use crate::{
    actions::{self, Views},
    graphql::scalars::BigInt,
    shop::Counter,
};
use async_graphql::{Context, ID, Object, OneofObject, Result, SimpleObject};

/// What was looked at: exactly one.
#[derive(OneofObject)]
pub enum RecordViewData {
    /// A product.
    ProductId(ID),
    /// An article.
    ArticleId(ID),
}

/// The count.
#[derive(SimpleObject)]
pub struct RecordViewPayload {
    /// Views of the thing so far, this one counted; approximate.
    views: Option<BigInt>,
    /// Why it was not counted; empty if it was.
    user_errors: Vec<UserError>,
}

/// Views; everybody's.
#[derive(Default)]
pub struct ViewMutation;

#[Object]
impl ViewMutation {
    /// Counts a view: 300 at once of one viewer or from one address, then five a second. Told to the stores within a second; a view of what does not exist is counted and never shown.
    async fn record_view(&self, ctx: &Context<'_>, input: RecordViewData) -> Result<Option<RecordViewPayload>> {
        let views = ctx.data::<Views>()?;
        let ran = run(ctx, None, async |asker, stores| {
            let counter = match &input {
                RecordViewData::ProductId(given) => Counter::ProductViews(id(given, "productId", "product")?),
                RecordViewData::ArticleId(given) => Counter::ArticleViews(id(given, "articleId", "article")?),
            };
            actions::record_view(&*stores.hot, views, asker, counter).await
        });
        Ok(Some(match ran.await? {
            Ok(views) => RecordViewPayload { views: Some(BigInt(views)), user_errors: Vec::new() },
            Err(refusals) => RecordViewPayload { views: None, user_errors: refusals.into_iter().map(Into::into).collect() },
        }))
    }
}
