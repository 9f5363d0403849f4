//! `Comment`.

use super::{
    Run,
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::leaf,
};
use crate::{
    graphql::ask,
    loaders::{article::ArticleById, customer::CustomerById},
    shop::{Comment, Reading},
};

impl Planned for Comment {
    const NAME: &'static str = "Comment";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|comment: &Self, out| json::id(comment.id, out)),
            "body" => leaf(|comment: &Self, out| json::text(&comment.body, out)),
            "createdAt" => leaf(|comment: &Self, out| json::time(comment.created_at, out)),
            "author" => asked.one::<Self, CustomerById, _>(|comment, _| Ok(Some(comment.author_id))),
            "article" => {
                let detail = ask::detail(asked.selects("Article", "blocks")?);
                asked.one::<Self, ArticleById, _>(move |comment, run: &Run<'_>| {
                    Ok(Some((comment.article_id, Reading { detail, audience: run.viewer.of_articles() })))
                })
            }
            _ => None,
        }
    }
}
