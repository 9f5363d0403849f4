//! Small documents to put into stores. Ids count up from a number, so that tests can name them.

use super::sample::{at, id};
use polystore::shop::{
    ActivityEvent, ActivityKind, Article, ArticleStatus, Block, Comment, Currency, Notifications, Preferences, Theme, json,
};
use serde_json::{Value, json};

/// One block of each kind, with texts that need care: quotes, accents, other scripts, program text, nothing at all.
pub fn blocks() -> Vec<Block> {
    vec![
        Block::Heading { level: 2, text: "Überschrift “mit” 'Zeichen'".into() },
        Block::Paragraph { text: "Zeile eins\nZeile zwei \\ \"drei\" 日本語 🌱".into() },
        Block::Code { language: "sql".into(), source: "SELECT '%_' -- \u{7}\tend;".into() },
        Block::Image { url: "https://images.example.com/a.png?x=1&y=2".into(), alt: String::new(), caption: Some("A caption".into()) },
        Block::Image { url: "/b.png".into(), alt: "plain".into(), caption: None },
        Block::Quote { text: "To be".into(), attribution: Some("W. S.".into()) },
        Block::Quote { text: "nobody's words".into(), attribution: None },
        Block::ProductEmbed { product_id: id(7), note: Some("on sale".into()) },
        Block::ProductEmbed { product_id: id(8), note: None },
    ]
}

/// Article number `n` of author 1, published, first saved `n` minutes into 2026.
pub fn article(n: u128) -> Article {
    let small = i64::try_from(n).unwrap();
    Article {
        id: id(n),
        slug: format!("article-{n}"),
        title: format!("Article {n:03}"),
        status: ArticleStatus::Published,
        tags: vec!["garden".into()],
        blocks: vec![Block::Paragraph { text: format!("The body of article number {n}") }],
        author_id: id(1),
        product_ids: vec![],
        published_at: Some(at(small + 10)),
        created_at: at(small),
        version: 1,
    }
}

/// The same as a draft: no publication time.
pub fn draft(n: u128) -> Article {
    Article { status: ArticleStatus::Draft, published_at: None, ..article(n) }
}

/// As a summary comes back: without blocks.
pub fn summary(article: &Article) -> Article {
    Article { blocks: vec![], ..article.clone() }
}

/// Comment number `n` below article number `article`, written `n` minutes into 2026.
pub fn comment(n: u128, article: u128) -> Comment {
    Comment {
        id: id(n),
        article_id: id(article),
        author_id: id(2),
        body: format!("Comment number {n}"),
        created_at: at(i64::try_from(n).unwrap()),
    }
}

/// JSON that stores like to change: nesting, numbers of all sizes, unicode, keys out of order.
pub fn wild_json() -> Value {
    json::checked(json!({
        "z": { "b": [1, -1, 0, 2.5, 1e300, 1e-7, 9_007_199_254_740_992_i64, -9_007_199_254_740_992_i64, 0.1, 3.0], "a": {} },
        "empty": [], "nothing": null, "yes": true, "no": false, "naïve key 🌱": "\u{1f600} \"quoted\" \\ /",
        "deep": [[[{ "y": [{ "x": { "w": "end" } }], "a": "" }]]],
        "A": "upper", "a": "lower", "10": 10, "9": 9,
    }))
    .unwrap()
}

/// The preferences of customer number `n`.
pub fn preferences(n: u128) -> Preferences {
    Preferences {
        version: 1,
        customer_id: id(n),
        theme: Theme::Dark,
        locale: "de-CH".into(),
        currency: Currency::EUR,
        interests: vec!["garden".into(), "küche".into()],
        notifications: Notifications { orders: true, magazine: false, offers: true },
        extra: wild_json(),
    }
}

/// Event number `n` of customer number `customer`, `n` minutes into 2026: a sign-up, about nothing.
pub fn event(n: u128, customer: u128) -> ActivityEvent {
    ActivityEvent {
        id: id(n),
        customer_id: id(customer),
        kind: ActivityKind::SignedUp,
        at: at(i64::try_from(n).unwrap()),
        order_id: None,
        product_id: None,
        article_id: None,
        data: json!({}),
    }
}
