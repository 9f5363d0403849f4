//! `Mutation`: every change. Resolvers translate; `actions` decide.
//!
//! Each mutation takes one input object and gives a payload with the changed object, the refusals that a client is expected to handle
//! (`userErrors`; nothing changed then), and which stores follow (`propagation`). Whatever else goes wrong is an error with a code.

mod account;
mod article;
mod comment;
mod order;
mod payload;
mod preferences;
mod product;
mod run;
mod view;

use async_graphql::MergedObject;
pub use run::{CameFrom, KeyHeader};

/// Every change. Give each an idempotency key: what was sent twice under one key is done once.
#[derive(MergedObject, Default)]
pub struct Mutation(
    account::AccountMutation,
    product::ProductMutation,
    order::OrderMutation,
    article::ArticleMutation,
    comment::CommentMutation,
    preferences::PreferencesMutation,
    view::ViewMutation,
);
