//! Changing articles one at a time: the article, its revision, its event and its key in one transaction.

use super::query::Binds;
use super::transaction::{Outcome, Tx, Work};
use super::{Postgres, search};
use crate::error::{Engine, StoreError};
use crate::roles::{Articles as _, Result};
use crate::shop::{Article, ArticleId, ArticleRefusal, Audience, Detail, Event, Provenance, Written, audit::outcome};
use sqlx::types::Json;
use uuid::Uuid;

const SLUG: &str = "articles_slug_unique";
const ID: &str = "articles_pkey";

/// The twelve columns of an article.
fn columns(article: &Article) -> Binds {
    Binds::new()
        .with(article.id.uuid())
        .with(&*article.slug)
        .with(&*article.title)
        .with(article.status.code())
        .with(&article.tags)
        .with(Json(&article.blocks))
        .with(article.author_id.uuid())
        .with(article.product_ids.iter().map(|id| id.uuid()).collect::<Vec<Uuid>>())
        .with(article.published_at.map(|at| at.to_chrono()))
        .with(article.created_at.to_chrono())
        .with(article.version)
        .with(search::vector(&article.title, &article.body_text()))
}

/// Writes the article's row; of the rules that it may break, one is a refusal.
async fn write(tx: &mut Tx<'_>, sql: &'static str, article: &Article) -> Result<std::result::Result<(), ArticleRefusal>> {
    match tx.run(sql, columns(article)).await {
        Ok(_) => Ok(Ok(())),
        Err(_) if tx.broken_rule() == Some(SLUG) => Ok(Err(ArticleRefusal::SlugTaken)),
        Err(error) => Err(error),
    }
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
        match write(tx, sql!("article_create"), &self.article).await {
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
        let article = || Binds::new().with(self.next.id.uuid());
        match tx.rows::<(i64,)>(sql!("article_version"), article()).await?.pop() {
            None => return Ok(Err(ArticleRefusal::NotFound)),
            Some((version,)) if version != self.version => return Ok(Err(ArticleRefusal::Stale(version))),
            Some(_) => {}
        }
        tx.run(sql!("article_revision_put"), article().with(self.event.at.to_chrono())).await?;
        let written = write(tx, sql!("article_replace"), &self.next).await?;
        tx.tell(self.event.clone());
        tx.note(outcome::of_article(&self.next));
        Ok(written.map(|()| self.next.version))
    }
}

impl Postgres {
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
        let mut found: Vec<Article> = self.rows(sql!("article_of_version"), Binds::new().with(id.uuid()).with(version)).await?;
        if found.is_empty() {
            found = self.articles_by_ids(&[id], Detail::Whole, Audience::Everything).await?;
        }
        found.pop().ok_or_else(|| StoreError::corrupt(Engine::Postgres, "an article is gone that a key stands for"))
    }
}
