//! Changing articles one at a time: the article, its revision, its event and its key in one transaction.

use super::{
    Sqlite,
    article::{columns, found_by},
    transaction::{Outcome, Tx, Work},
};
use crate::{
    error::{Engine, StoreError},
    roles::{Articles as _, Result},
    shop::{Article, ArticleId, ArticleRefusal, Audience, Detail, Event, Provenance, Written, audit::outcome},
};
use serde_json::Value;

const SLUG: &str = "articles.slug";
const ID: &str = "articles.id";

/// Writes the article's row and words; of the rules that it may break, one is a refusal.
async fn write(tx: &mut Tx<'_>, sql: &'static str, article: &Article) -> Result<std::result::Result<(), ArticleRefusal>> {
    let one = |row| Value::Array(vec![row]).to_string();
    match tx.run(sqlx::query(sql).bind(one(columns(article)))).await {
        Err(_) if tx.broken_rule() == Some(SLUG) => return Ok(Err(ArticleRefusal::SlugTaken)),
        done => done?,
    };
    tx.run(sqlx::query(include_str!("sql/article_words_put.sql")).bind(one(found_by(article)))).await?;
    Ok(Ok(()))
}

struct Create {
    article: Article,
    event: Event,
    /// Whether the id is made of a key: then one that is taken says that the key was used, longer ago than keys are kept.
    keyed: bool,
}

/// Why an article is not created.
enum NotCreated {
    Refused(ArticleRefusal),
    KeyReused,
}

/// The answer of both kinds of work is the version that was made: the article of that version is kept anyhow.
impl Work for Create {
    type Answer = i64;
    type Refusal = NotCreated;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        match write(tx, include_str!("sql/article_create.sql"), &self.article).await {
            Ok(Ok(())) => {}
            Ok(Err(refusal)) => return Ok(Err(NotCreated::Refused(refusal))),
            Err(_) if self.keyed && tx.broken_rule() == Some(ID) => return Ok(Err(NotCreated::KeyReused)),
            Err(error) => return Err(error),
        }
        tx.tell(self.event.clone());
        tx.note(outcome::of_article(&self.article));
        Ok(Ok(self.article.version))
    }
}

struct Replace {
    /// Of the version that is replaced.
    version: i64,
    next: Article,
    event: Event,
}

impl Work for Replace {
    type Answer = i64;
    type Refusal = ArticleRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let id = self.next.id.uuid();
        let there = tx.rows::<(i64,)>(sqlx::query_as(include_str!("sql/article_version.sql")).bind(id)).await?.pop();
        match there {
            None => return Ok(Err(ArticleRefusal::NotFound)),
            Some((version,)) if version != self.version => return Ok(Err(ArticleRefusal::Stale(version))),
            Some(_) => {}
        }
        tx.run(sqlx::query(include_str!("sql/article_revision_put.sql")).bind(id).bind(self.event.at.millis())).await?;
        let written = write(tx, include_str!("sql/article_replace.sql"), &self.next).await?;
        tx.tell(self.event.clone());
        tx.note(outcome::of_article(&self.next));
        Ok(written.map(|()| self.next.version))
    }
}

impl Sqlite {
    pub(super) async fn create_article(
        &self,
        article: &Article,
        event: &Event,
        by: Provenance<'_>,
    ) -> Result<Written<Article, ArticleRefusal>> {
        let create = Create { article: article.clone(), event: event.clone(), keyed: by.once.is_some() };
        let written = match self.once(by, create).await? {
            Written::Done(version) => Written::Done(version),
            Written::Replayed(version) => Written::Replayed(version),
            Written::Refused(NotCreated::Refused(refusal)) => Written::Refused(refusal),
            Written::Refused(NotCreated::KeyReused) | Written::KeyReused => Written::KeyReused,
            Written::InProgress => Written::InProgress,
        };
        self.article_written(article, written).await
    }

    pub(super) async fn replace_article(
        &self,
        previous: &Article,
        next: &Article,
        event: &Event,
        by: Provenance<'_>,
    ) -> Result<Written<Article, ArticleRefusal>> {
        let next = Article { id: previous.id, ..next.clone() };
        let written = self.once(by, Replace { version: previous.version, next: next.clone(), event: event.clone() }).await?;
        self.article_written(&next, written).await
    }

    async fn article_written(&self, article: &Article, written: Written<i64, ArticleRefusal>) -> Result<Written<Article, ArticleRefusal>> {
        Ok(match written {
            Written::Done(_) => Written::Done(article.clone()),
            Written::Replayed(version) => Written::Replayed(self.article_of_version(article.id, version).await?),
            Written::Refused(refusal) => Written::Refused(refusal),
            Written::KeyReused => Written::KeyReused,
            Written::InProgress => Written::InProgress,
        })
    }

    /// An article as it was in this version, or as it is, if it was put in the place of that version.
    async fn article_of_version(&self, id: ArticleId, version: i64) -> Result<Article> {
        let query = sqlx::query_as(include_str!("sql/article_of_version.sql")).bind(id.uuid()).bind(version);
        let mut found: Vec<Article> = self.all(query).await?;
        if found.is_empty() {
            found = self.articles_by_ids(&[id], Detail::Whole, Audience::Everything).await?;
        }
        found.pop().ok_or_else(|| StoreError::corrupt(Engine::Sqlite, "an article is gone that a key stands for"))
    }
}
