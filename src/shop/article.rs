//! Articles: the magazine, documents made of content blocks.

use super::{ArticleId, Audience, CustomerId, Key, ProductId, SortKind, SortValue, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether readers see an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ArticleStatus {
    /// Being written; has no publication time.
    Draft,
    /// Open to readers since its publication time.
    Published,
}

codes!(ArticleStatus {
    Draft = "DRAFT",
    Published = "PUBLISHED",
});

/// One piece of an article's content. In JSON and BSON: an object with `"type": "PARAGRAPH"` and so on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Block {
    /// Running text.
    Paragraph {
        /// The text.
        text: String,
    },
    /// A heading.
    Heading {
        /// 1 to 6.
        level: i32,
        /// The text.
        text: String,
    },
    /// A piece of program text.
    Code {
        /// The language's name, lower case.
        language: String,
        /// The program text.
        source: String,
    },
    /// A picture.
    Image {
        /// Where it is.
        url: String,
        /// What it shows, for those who do not see it.
        alt: String,
        /// What stands below it.
        caption: Option<String>,
    },
    /// Somebody's words.
    Quote {
        /// The words.
        text: String,
        /// Whose they are.
        attribution: Option<String>,
    },
    /// A product of the shop, shown within the text.
    ProductEmbed {
        /// Which product; it may be gone from the catalogue.
        product_id: ProductId,
        /// What stands below it.
        note: Option<String>,
    },
}

/// A document of the magazine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// The id.
    pub id: ArticleId,
    /// Unique, for URLs: lower-case letters, digits and hyphens, 1 to 100 characters.
    pub slug: String,
    /// 1 to 200 characters.
    pub title: String,
    /// Whether readers see it.
    pub status: ArticleStatus,
    /// Lower case, no duplicates, at most 20.
    pub tags: Vec<String>,
    /// The content, at most 1,000 blocks; empty when read as [`Detail::Summary`].
    pub blocks: Vec<Block>,
    /// Who wrote it; the account may be gone.
    pub author_id: CustomerId,
    /// The products that it is about, no duplicates, at most 100; they may be gone.
    pub product_ids: Vec<ProductId>,
    /// Set while published.
    pub published_at: Option<Timestamp>,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// 1 at first, one more with each change.
    pub version: i64,
}

/// An earlier version of an article, as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleRevision {
    /// The article as it was; its `version` tells which one.
    pub article: Article,
    /// When the next version took its place.
    pub replaced_at: Timestamp,
}

impl ArticleRevision {
    /// The revision's place among those of its article: latest replaced first. Versions of one article cannot be replaced in one millisecond and
    /// another order than their own, so the version takes the place of an id.
    pub fn key(&self) -> Key {
        let version = u128::try_from(self.article.version).unwrap_or(0);
        Key { value: SortValue::Time(self.replaced_at), id: uuid::Uuid::from_u128(version) }
    }
}

/// Why an article is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleRefusal {
    /// There is no such article any more.
    NotFound,
    /// It has another version than the expected one: this one.
    Stale(i64),
    /// Another article has this slug.
    SlugTaken,
}

/// How much of an article or a product is read: the blocks or the description are most of its bytes, and lists seldom show them.
/// Each level has what those before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// What a mention shows: of a product found by its id, what [`super::Product::named`] has. Articles, and products in pages, are read
    /// as [`Detail::Summary`] instead.
    Name,
    /// What a line in a list shows: of a product found by its id, what [`super::Product::line`] has. Else as [`Detail::Name`].
    Line,
    /// Everything but these; the store does not send them.
    Summary,
    /// With them.
    Whole,
}

impl Detail {
    /// Whether nothing is left out.
    pub fn is_whole(self) -> bool {
        self == Self::Whole
    }
}

/// How an article is read: how much of it, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// How much of it.
    pub detail: Detail,
    /// Who sees it.
    pub audience: Audience,
}

/// Which articles a list holds; `None` means any, several mean all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ArticleFilter {
    /// Has this tag.
    pub tag: Option<String>,
    /// Only this status.
    pub status: Option<ArticleStatus>,
    /// Only this author's.
    pub author_id: Option<CustomerId>,
}

/// What an audience sees of a list: the articles that pass the filter, and beside them one author's drafts. The two have no article in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenArticles {
    /// What to look for, whoever asks.
    pub filter: ArticleFilter,
    /// And this author's drafts; the filter's tag holds for them too.
    pub drafts_of: Option<CustomerId>,
}

impl ArticleFilter {
    /// What this audience sees of the articles that pass: the rule "published, or one's own, or everything" as filters that indexes serve. `None`: nothing.
    pub fn seen_by(&self, audience: Audience) -> Option<SeenArticles> {
        let (mut filter, mut drafts_of) = (self.clone(), None);
        match (audience, self.status) {
            (Audience::Everything, _) | (_, Some(ArticleStatus::Published)) => {}
            (Audience::Public, None) => filter.status = Some(ArticleStatus::Published),
            (Audience::Public, Some(ArticleStatus::Draft)) => return None,
            (Audience::Of(me), _) if self.author_id == Some(me) => {}
            (Audience::Of(me), None) => {
                filter.status = Some(ArticleStatus::Published);
                drafts_of = self.author_id.is_none().then_some(me);
            }
            (Audience::Of(me), Some(ArticleStatus::Draft)) if self.author_id.is_none() => filter.author_id = Some(me),
            (Audience::Of(_), Some(ArticleStatus::Draft)) => return None,
        }
        Some(SeenArticles { filter, drafts_of })
    }
}

/// How a list of articles is sorted; equal values by id in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ArticleOrder {
    /// First saved last.
    #[default]
    CreatedDesc,
    /// First saved first.
    CreatedAsc,
    /// By title, A first (by bytes).
    TitleAsc,
    /// By title, Z first (by bytes).
    TitleDesc,
}

impl ArticleOrder {
    /// The row's place in a list of this order.
    pub fn key(self, article: &Article) -> Key {
        let value = match self {
            Self::CreatedDesc | Self::CreatedAsc => SortValue::Time(article.created_at),
            Self::TitleAsc | Self::TitleDesc => SortValue::Text(article.title.clone()),
        };
        Key { value, id: article.id.uuid() }
    }

    /// What the list is sorted by.
    pub fn sorted_by(self) -> SortKind {
        match self {
            Self::CreatedDesc | Self::CreatedAsc => SortKind::Time,
            Self::TitleAsc | Self::TitleDesc => SortKind::Text,
        }
    }

    /// Whether the list runs from large to small.
    pub fn descending(self) -> bool {
        matches!(self, Self::CreatedDesc | Self::TitleDesc)
    }
}

impl Article {
    /// The words that search looks at in the body: the texts of paragraphs, headings and quotes.
    pub fn body_text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Paragraph { text } | Block::Heading { text, .. } | Block::Quote { text, .. } => Some(text.as_str()),
            Block::Code { .. } | Block::Image { .. } | Block::ProductEmbed { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule as it is meant, article by article, against the filters that stores are asked by.
    #[test]
    fn what_an_audience_sees_of_a_list_is_what_is_published_or_their_own_or_everything() {
        let customers = [1, 2, 3].map(|n| CustomerId::from_uuid(uuid::Uuid::from_u128(n)));
        let statuses = [ArticleStatus::Draft, ArticleStatus::Published];
        let any = |values: &[ArticleStatus]| values.iter().copied().map(Some).chain([None]).collect::<Vec<_>>();
        for audience in [Audience::Public, Audience::Of(customers[0]), Audience::Everything] {
            for status in any(&statuses) {
                for author_id in [None, Some(customers[0]), Some(customers[1])] {
                    let filter = ArticleFilter { tag: Some("t".into()), status, author_id };
                    let seen = filter.seen_by(audience);
                    for of in statuses {
                        for by in customers {
                            let passes = |f: &ArticleFilter| f.status.is_none_or(|s| s == of) && f.author_id.is_none_or(|a| a == by);
                            let open = of == ArticleStatus::Published || audience.is_everything() || audience.customer() == Some(by);
                            let found = seen.iter().flat_map(|seen| {
                                let own = seen.drafts_of == Some(by) && of == ArticleStatus::Draft;
                                [passes(&seen.filter), own]
                            });
                            let times = found.filter(|found| *found).count();
                            assert_eq!(times, usize::from(passes(&filter) && open), "{filter:?} {audience:?} {of:?} {by}");
                        }
                    }
                    assert!(seen.is_none_or(|seen| seen.filter.tag == filter.tag));
                }
            }
        }
    }
}
