//! `Article`, its earlier versions, and the blocks that it is made of.

use super::{
    Run,
    args::Args,
    block::blocks,
    compile::{Asked, Planned},
    connection::Listed,
    json,
    object::Field,
    relation::leaf,
};
use crate::{
    graphql::comment,
    loaders::{comment::CommentsByArticle, customer::CustomerById, product::ProductById, ranking::Views},
    shop::{Article, Comment, Counter, SortKind},
};

impl Planned for Article {
    const NAME: &'static str = "Article";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|article: &Self, out| json::id(article.id, out)),
            "slug" => leaf(|article: &Self, out| json::text(&article.slug, out)),
            "title" => leaf(|article: &Self, out| json::text(&article.title, out)),
            "status" => leaf(|article: &Self, out| json::quoted(article.status.code(), out)),
            "tags" => leaf(|article: &Self, out| json::list(&article.tags, out, |tag, out| json::text(tag, out))),
            "blocks" => blocks(asked),
            "author" => asked.one::<Self, CustomerById, _>(|article, _| Ok(Some(article.author_id))),
            "products" => {
                let detail = asked.detail_of_product()?;
                asked.each::<Self, ProductById, _>(move |article, keys| {
                    keys.extend(article.product_ids.iter().map(|id| Some((*id, detail))))
                })
            }
            "publishedAt" => leaf(|article: &Self, out| match article.published_at {
                Some(at) => json::time(at, out),
                None => json::null(out),
            }),
            "createdAt" => leaf(|article: &Self, out| json::time(article.created_at, out)),
            "version" => leaf(|article: &Self, out| json::int(article.version, out)),
            "views" => {
                let key = |article: &Self, _: &Run<'_>| Ok(Some(Counter::ArticleViews(article.id)));
                asked.value::<Self, Views>(key, |views, out| json::plain(views, out))
            }
            "comments" => {
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(comment::CHILD_LIST, SortKind::Time, Comment::key));
                asked.page::<Self, CommentsByArticle, _>(list, |article, _, _, window| Ok(Some((article.id, (window,)))))
            }
            // earlier versions are seldom read, and some viewers get an empty page
            _ => None,
        }
    }
}
