//! The kinds of things that can be followed.

use super::follow::{Seen, Source};
use crate::{
    error::StoreError,
    fanout::News,
    roles,
    shop::{Article, ArticleId, Board, Ranked, Reading},
    stores::Stores,
};
use async_trait::async_trait;
use futures::future::BoxFuture;
use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

/// How a thing is read.
type Look<T> = Box<dyn Fn(Arc<Stores>) -> BoxFuture<'static, roles::Result<Option<T>>> + Send + Sync>;

/// Reads one thing by a role method that takes many keys.
pub fn look<T, F>(read: impl Fn(Arc<Stores>) -> F + Send + Sync + 'static) -> Look<T>
where
    F: Future<Output = roles::Result<Vec<T>>> + Send + 'static,
{
    Box::new(move |stores| {
        let read = read(stores);
        Box::pin(async move { Ok(read.await?.pop()) })
    })
}

/// One thing that has versions.
pub struct Thing<T> {
    look: Look<T>,
    version: fn(&T) -> i64,
    /// The newest version that was told.
    told: i64,
}

impl<T> Thing<T> {
    pub fn new(look: Look<T>, version: fn(&T) -> i64) -> Self {
        Self { look, version, told: 0 }
    }

    /// The thing as it is now.
    pub async fn now(&self, stores: &Arc<Stores>) -> Result<Option<T>, StoreError> {
        (self.look)(Arc::clone(stores)).await
    }
}

#[async_trait]
impl<T: Send + Sync + 'static> Source for Thing<T> {
    type Now = Arc<T>;

    fn concerns(&self, news: News) -> bool {
        !matches!(news, News::Version(version) if version <= self.told)
    }

    async fn look(&mut self, stores: &Arc<Stores>, news: News) -> Result<Seen<Arc<T>>, StoreError> {
        let Some(thing) = self.now(stores).await? else { return Ok(Seen::Nothing) };
        let version = (self.version)(&thing);
        let expected = if let News::Version(expected) = news { expected } else { self.told };
        if version < expected {
            return Ok(Seen::Old);
        }
        self.told = version;
        Ok(Seen::New(Arc::new(thing)))
    }
}

/// Articles that are published.
pub struct Published {
    how: Reading,
    /// What was told last.
    told: VecDeque<(ArticleId, i64)>,
}

/// How many articles a follower remembers: a message that is told again comes soon.
const REMEMBERED: usize = 256;

impl Published {
    pub fn new(how: Reading) -> Self {
        Self { how, told: VecDeque::new() }
    }
}

#[async_trait]
impl Source for Published {
    /// None where articles may have been missed: which ones is not known.
    type Now = Option<Arc<Article>>;

    fn concerns(&self, news: News) -> bool {
        !matches!(news, News::Published(article, version) if self.told.iter().any(|(told, newest)| *told == article && *newest >= version))
    }

    async fn look(&mut self, stores: &Arc<Stores>, news: News) -> Result<Seen<Self::Now>, StoreError> {
        let News::Published(id, version) = news else { return Ok(Seen::New(None)) };
        let found = stores.documents.articles_by_ids(&[id], self.how.detail, self.how.audience).await?.pop();
        // it may have been taken back since
        let Some(article) = found.filter(|article| article.published_at.is_some() || article.version < version) else {
            return Ok(Seen::Nothing);
        };
        if article.version < version {
            return Ok(Seen::Old);
        }
        self.told.retain(|(told, _)| *told != id);
        self.told.push_front((id, article.version));
        self.told.truncate(REMEMBERED);
        Ok(Seen::New(Some(Arc::new(article))))
    }
}

/// The first places of a board.
pub struct Boards {
    board: Board,
    places: u32,
    told: Option<Vec<Ranked>>,
}

impl Boards {
    pub fn new(board: Board, places: u32) -> Self {
        Self { board, places, told: None }
    }
}

#[async_trait]
impl Source for Boards {
    type Now = Vec<Ranked>;
    const PACE: Duration = Duration::from_secs(1);

    async fn look(&mut self, stores: &Arc<Stores>, news: News) -> Result<Seen<Vec<Ranked>>, StoreError> {
        let places = stores.hot.ranking_top(self.board, self.places).await?;
        if news != News::Resync && self.told.as_ref() == Some(&places) {
            return Ok(Seen::Nothing);
        }
        self.told = Some(places.clone());
        Ok(Seen::New(places))
    }
}
