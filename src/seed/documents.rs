//! The hand-written documents of `mongo-seed/documents`: built into the program, loaded by every seed run into whatever
//! documents engine is configured. They name products by slug, authors by e-mail and articles by slug.

use super::rng::uuid_v7;
use crate::shop::{
    Article, ArticleId, ArticleStatus, Block, Comment, Currency, CustomerId, Notifications, Preferences, ProductId, Theme, Timestamp, json,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

const ARTICLES: &str = include_str!("../../mongo-seed/documents/articles.json");
const COMMENTS: &str = include_str!("../../mongo-seed/documents/comments.json");
const PREFERENCES: &str = include_str!("../../mongo-seed/documents/preferences.json");

/// Why the hand-written documents cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum BadDocument {
    /// Not what the file should hold.
    #[error("mongo-seed/documents/{0} cannot be read")]
    Unreadable(&'static str, #[source] serde_json::Error),
    /// Names something that the seed does not make.
    #[error("mongo-seed/documents names the {0} {1:?}, which does not exist")]
    Unknown(&'static str, String),
    /// Does not hold to a rule of the shop.
    #[error("mongo-seed/documents: {0}")]
    Rule(String),
}

/// Who and what the documents may name.
#[derive(Default)]
pub struct Names {
    /// Customers by e-mail.
    pub customers: HashMap<String, CustomerId>,
    /// Products by slug.
    pub products: HashMap<String, ProductId>,
}

/// The documents, ready to be put.
pub struct HandWritten {
    pub articles: Vec<Article>,
    pub comments: Vec<Comment>,
    pub preferences: Vec<Preferences>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ArticleFile {
    slug: String,
    title: String,
    author: String,
    tags: Vec<String>,
    products: Vec<String>,
    created_at: String,
    published_at: String,
    blocks: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CommentFile {
    article: String,
    author: String,
    created_at: String,
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PreferencesFile {
    customer: String,
    theme: Theme,
    locale: String,
    currency: String,
    interests: Vec<String>,
    notifications: Notifications,
    extra: serde_json::Value,
}

/// Reads the documents and puts ids where names stand.
pub fn load(names: &Names) -> Result<HandWritten, BadDocument> {
    let articles: Vec<ArticleFile> = read("articles.json", ARTICLES)?;
    let comments: Vec<CommentFile> = read("comments.json", COMMENTS)?;
    let preferences: Vec<PreferencesFile> = read("preferences.json", PREFERENCES)?;
    let articles = articles.into_iter().map(|file| article(file, names)).collect::<Result<Vec<_>, _>>()?;
    let by_slug: HashMap<&str, ArticleId> = articles.iter().map(|row| (row.slug.as_str(), row.id)).collect();
    let comments = comments.into_iter().map(|file| {
        let created_at = time(&file.created_at)?;
        Ok(Comment {
            id: id(created_at, &[&file.article, &file.author, &file.body]),
            article_id: *by_slug.get(file.article.as_str()).ok_or(BadDocument::Unknown("article", file.article))?,
            author_id: customer(names, file.author)?,
            body: file.body,
            created_at,
        })
    });
    let comments = comments.collect::<Result<Vec<_>, BadDocument>>()?;
    let preferences = preferences.into_iter().map(|file| {
        Ok(Preferences {
            version: 1,
            customer_id: customer(names, file.customer)?,
            theme: file.theme,
            locale: file.locale,
            currency: file.currency.parse::<Currency>().map_err(|bad| BadDocument::Rule(bad.to_string()))?,
            interests: file.interests,
            notifications: file.notifications,
            extra: json::checked(file.extra).map_err(|bad| BadDocument::Rule(bad.to_string()))?,
        })
    });
    let preferences = preferences.collect::<Result<Vec<_>, BadDocument>>()?;
    Ok(HandWritten { articles, comments, preferences })
}

fn read<'a, T: Deserialize<'a>>(file: &'static str, text: &'a str) -> Result<Vec<T>, BadDocument> {
    serde_json::from_str(text).map_err(|error| BadDocument::Unreadable(file, error))
}

fn article(file: ArticleFile, names: &Names) -> Result<Article, BadDocument> {
    let created_at = time(&file.created_at)?;
    let product = |slug: &str| names.products.get(slug).copied().ok_or_else(|| BadDocument::Unknown("product", slug.to_owned()));
    let blocks = file.blocks.into_iter().map(|mut block| {
        // a block says `product` and a slug where the shop says `productId`
        if let Some(slug) = block.as_object_mut().and_then(|object| object.shift_remove("product")) {
            block["productId"] = product(slug.as_str().unwrap_or_default())?.to_string().into();
        }
        serde_json::from_value::<Block>(block).map_err(|error| BadDocument::Unreadable("articles.json", error))
    });
    Ok(Article {
        id: id(created_at, &[&file.slug]),
        blocks: blocks.collect::<Result<_, _>>()?,
        product_ids: file.products.iter().map(|slug| product(slug)).collect::<Result<_, _>>()?,
        author_id: customer(names, file.author)?,
        published_at: Some(time(&file.published_at)?),
        status: ArticleStatus::Published,
        slug: file.slug,
        title: file.title,
        tags: file.tags,
        created_at,
        version: 1,
    })
}

fn customer(names: &Names, email: String) -> Result<CustomerId, BadDocument> {
    names.customers.get(&email).copied().ok_or(BadDocument::Unknown("customer", email))
}

fn time(text: &str) -> Result<Timestamp, BadDocument> {
    text.parse().map_err(|bad| BadDocument::Rule(format!("{text:?} is {bad}")))
}

/// The same id in every seed: from the row's time and what names it.
fn id<T: From<Uuid>>(at: Timestamp, name: &[&str]) -> T {
    let mut hash = Sha256::new();
    for part in name {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bits = [0; 10];
    bits.copy_from_slice(&hash.finalize()[..10]);
    uuid_v7(at, &bits).into()
}
